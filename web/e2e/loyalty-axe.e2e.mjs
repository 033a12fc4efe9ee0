// Nobody is kept out of the loyalty pages by how they are built, in light and dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { barriers } from './lib/axe.mjs';
import { Browser } from './lib/browser.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';

let server;
let pages;

before(async () => {
  server = await Server.start();
  const admin = new Api(server, await administrator(server));
  const service = await admin.person('Kamola Yusupova', 'service', 'Customer service');
  const member = await service.member('Malika Azimova', '+998907770051');
  await service.post(`/loyalty/accounts/${member.number}/awards`, { amount: '900', reason: 'profile' });
  await service.post(`/loyalty/accounts/${member.number}/awards`, { amount: '9000', reason: 'profile' });
  await service.post('/loyalty/orders', { account: member.number, reward: 'mug' });
  const [partner] = (await admin.get('/loyalty/partners')).items.filter((one) => one.currency);
  const [promotion] = (await admin.get('/loyalty/promotions')).items;
  const tabs = ['balance', 'services', 'history', 'orders', 'rewards', 'profile'];
  pages = [
    ...['members', 'orders', 'approvals', 'operations', 'rewards', 'promotions', 'partners', 'programmes', 'statistics'],
    ...tabs.map((tab) => `members/${member.id}/${tab}`),
    ...['masters/reason', 'masters/region', 'files', 'files/exports', 'files/structures'],
    `partners/${partner.id}`,
    `promotions/${promotion.id}`,
  ];
});
after(() => server?.discard());

for (const scheme of ['light', 'dark'])
  test(`axe finds no serious barrier on any loyalty page, ${scheme}`, { timeout: 280_000 }, async (t) => {
    const desk = await Browser.open({ scheme });
    t.after(() => desk.close());
    await desk.signIn(server, 'administrator', FRESH);
    const found = {};
    for (const path of pages) {
      await desk.page.goto(`${server.url}/loyalty/${path}`);
      await desk.page.locator('.ant-table, .panel .ant-descriptions').first().waitFor();
      await desk.page.waitForLoadState('networkidle');
      const seen = await barriers(desk.page);
      const wide = await desk.page.locator('main').evaluate((main) => main.scrollWidth > main.clientWidth);
      if (seen.length > 0 || wide) found[path] = [...seen, ...(wide ? ['it is wider than the screen'] : [])];
    }
    assert.deepEqual(found, {});
    assert.deepEqual(desk.faults, [], 'the pages threw nothing');
  });
