// Points expire: what expires first is spent first, members are told 30, 7 and 1 days before, and at the programme's
// midnight, which here ends the 29th of February, what is left is gone. One data folder is started again at later dates.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { Clock, moment } from './lib/clock.mjs';
import { Api } from './lib/loyalty.mjs';
import { MailSink } from './lib/mail.mjs';
import { command, psql } from './lib/psql.mjs';
import { Server } from './lib/server.mjs';
import { linkTo, Smsc } from './lib/smsc.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

/** The zone of the demo programme. */
const ZONE = 'Asia/Tashkent';
const local = (day, time = '10:00:00') => moment(day, time, 5);
const PHONE = '+998907770051';
const MAIL = 'jasur@example.uz';
/** Sixty days from the first lie in February, whose end the expiry is moved to. */
const FIRST_DAY = '2027-12-10';
const SHORT_DAYS = 60;
const MIDNIGHT = local('2028-03-01', '00:00:00');
/** Day and days left; the last of them is the leap day. */
const NOTICES = [
  ['2028-01-31', 30],
  ['2028-02-23', 7],
  ['2028-02-29', 1],
];

let server;
let admin;
let smsc;
let mail;
let malika;
let jasur;

before(async () => {
  [smsc, mail] = await Promise.all([Smsc.start(), MailSink.start()]);
  server = await Server.start({ clock: new Clock(local(FIRST_DAY)) });
  admin = new Api(server, await administrator(server));
  await admin.post('/links', linkTo(smsc));
  await admin.post('/links', mail.link());
  const marketer = await admin.person('Дильноза Рашидова', 'marketer', 'Marketing');
  await admin.person('Камола Юсупова', 'service', 'Customer service');
  await change(marketer, 'Points for actions');
  for (const name of ['Points for purchases', 'Points for actions', 'Points expire soon', 'Points have expired'])
    await admin.launch(name, marketer);
  malika = await admin.member('Малика Азимова', PHONE, { number: '700000051', language: 'ru' });
  jasur = await admin.member('Jasur Tursunov', undefined, { number: '700000052', email: MAIL, language: 'en' });
});
after(async () => {
  await server?.discard();
  await Promise.all([smsc?.stop(), mail?.stop()]);
});

/** Marketing has a rule give more, for a shorter time than the bonus type says. */
async function change(marketer, name) {
  const { id } = await marketer.ruleNamed(name);
  const { version, description, document } = await marketer.get(`/rules/${id}`);
  Object.assign(document.reactions[0], { amount: '700', validity_days: SHORT_DAYS });
  await marketer.put(`/rules/${id}`, version, { name, description, document });
}

/** Points for a profile that was filled in. */
const action = async (account) => (await admin.activity(account, 'action', `profile-${account}`, { action: 'profile_completed' })).accrued[0];

/** Messages to both that say these words, each in the member's language. */
const told = (russian, english) => ({
  sms: smsc.messages.filter((one) => one.to === PHONE && one.text.includes(russian)).map((one) => one.text),
  letters: mail.letters.filter((one) => one.to.includes(MAIL) && one.words.includes(english)).map((one) => one.words),
});
const warned = () => told('включительно', 'points are valid');

/** Whether the night was looked at since `moment`: whoever works holds its lease for some time from then on. */
const nightSince = async (moment) =>
  (await psql(server, `select until > '${moment.toISOString()}' from platform.lease where name = 'loyalty.night'`))[0] === 't';

/** The member's page, at the server's time. */
async function memberPage(t, tab = '') {
  const desk = await Browser.open({ width: 1500, height: 900, language: 'ru', clock: server.clock, zone: ZONE });
  t.after(() => desk.close());
  await desk.signIn(server, 'service', FRESH);
  await desk.page.goto(`${server.url}/loyalty/members/${malika.id}${tab}`);
  return desk;
}
const lots = (page) => page.locator('tbody tr.ant-table-row');

/** CIMP-BON-12, CIMP-NTF-01, CIMP-NTF-03, CIMP-GEN-02, CIMP-TXN-05, CIMP-TXN-06, GAP-36 */
test('points expire at the programme’s midnight, the oldest first, and members are told before', { timeout: 280_000 }, async (t) => {
  const step = steps(t);
  let startTakes = 0;

  await step('an order is paid from what expires first, though it came last', async () => {
    const long = (await admin.purchase(malika.number, 'чек-1', 100_000)).accrued[0];
    const short = await action(malika.number);
    await action(jasur.number);
    assert.deepEqual([long.amount, short.amount], [1_000, 700]);
    assert.equal(Date.parse(long.expires_at), local('2029-01-01', '00:00:00').getTime());
    assert.equal(Date.parse(short.expires_at), MIDNIGHT.getTime());
    const desk = await memberPage(t);
    await lots(desk.page).filter({ hasText: /700\s*700.*29\.02\.2028/ }).waitFor();
    await admin.post('/loyalty/orders', { account: malika.number, reward: 'gb-10' });
    await desk.page.reload();
    await lots(desk.page).filter({ hasText: /300\s*700.*29\.02\.2028/ }).waitFor();
    assert.match(await lots(desk.page).nth(0).innerText(), /29\.02\.2028/, 'what is spent next stands first');
    assert.match(await lots(desk.page).nth(1).innerText(), /1.000\s+1.000\s.*31\.12\.2028/s);
    assert.deepEqual(desk.faults, [], 'the page threw nothing');
    await desk.close();
  });

  for (const [n, [day, days]] of NOTICES.entries())
    await step(`${days} days before, each is told once`, async () => {
      startTakes = Math.max(startTakes, await admin.again(new Clock(local(day))));
      await until('both are told', () => warned().sms.length > n && warned().letters.length > n, { seconds: 60 });
      assert.ok(warned().sms[n].includes(`Баллов: 300. Действуют до 29.02.2028 включительно, ещё дней: ${days}.`), warned().sms[n]);
      assert.ok(warned().letters[n].includes(`700 points are valid until 29.02.2028 inclusive; days left: ${days}.`), warned().letters[n]);
      for (const address of [PHONE, MAIL]) await admin.settled(address);
      // The last day goes on before its midnight, below.
      if (days === 1) return;
      const evening = local(day, '18:00:00');
      await admin.again(new Clock(evening));
      await until('the night was looked at again', () => nightSince(evening), { seconds: 60 });
    });

  await step('until midnight all is there, and then it is not', async () => {
    const ahead = 10 + 2 * startTakes;
    await admin.again(new Clock(new Date(MIDNIGHT.getTime() - ahead * 1000)));
    assert.ok(server.clock.now() < MIDNIGHT, `the start took longer than ${ahead} s`);
    const desk = await memberPage(t);
    await lots(desk.page).filter({ hasText: /29\.02\.2028/ }).waitFor();
    const gone = await until(
      'the points are gone',
      async () => {
        const { balance } = await admin.points(malika.number);
        return balance !== 1_300 && { balance, at: server.clock.now() };
      },
      { seconds: ahead + 60 },
    );
    assert.equal(gone.balance, 1_000);
    assert.ok(gone.at >= MIDNIGHT, `not before midnight: ${gone.at.toISOString()}`);
    const { movements } = await admin.get(`/loyalty/accounts/${malika.id}/history`);
    const expired = movements.filter((one) => one.kind === 'expire');
    assert.deepEqual(expired.map(({ amount, balance }) => [amount, balance]), [[-300, 1_000]]);
    assert.ok(Date.parse(expired[0].booked_at) >= MIDNIGHT.getTime(), expired[0].booked_at);
    await smsc.received(PHONE, 'Сгорело баллов: 300.');
    await mail.received(MAIL, '700 points have expired');

    await desk.page.reload();
    await lots(desk.page).filter({ hasText: /31\.12\.2028/ }).waitFor();
    assert.equal(await lots(desk.page).count(), 1, 'only the other lot is left');
    await desk.page.getByRole('tab', { name: 'История' }).click();
    await desk.page.getByRole('row', { name: /01\.03\.2028.*Сгорание.*-300.*1.000/ }).waitFor();
    assert.deepEqual(desk.faults, [], 'the page threw nothing');
  });

  await step('nobody was told twice, and the book is right', async () => {
    for (const address of [PHONE, MAIL]) await admin.settled(address);
    const { sms, letters } = warned();
    assert.deepEqual([sms.length, letters.length], [NOTICES.length, NOTICES.length], `${sms.join('\n')}\n${letters.join('\n')}`);
    const over = told('Сгорело баллов', 'points have expired');
    assert.deepEqual([over.sms.length, over.letters.length], [1, 1]);
    const verified = await command(server, 'ledger', 'verify');
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /^\d+ blocks, \d+ transactions, \d+ postings, .* the chain ends in [0-9a-f]{64}\n$/);
  });
});
