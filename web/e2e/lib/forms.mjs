// Forms as people fill them.

/** Opens a drawer, fills it and saves it; it closes when the server took it. */
export async function saved(browser, fill, button = 'Save') {
  const form = browser.page.getByRole('dialog');
  await form.waitFor();
  await fill(form);
  await form.getByRole('button', { name: button }).click();
  await form.getByRole('button', { name: button }).waitFor({ state: 'hidden' });
}

/** A text in the three languages. */
export async function threeNames(form, label, [en, ru, uz]) {
  await form.getByLabel(`${label}, English`).fill(en);
  await form.getByLabel(`${label}, Русский`).fill(ru);
  await form.getByLabel(new RegExp(`^${label}, O.zbek`)).fill(uz);
}

/** Types into a field by its label. */
export async function typed(form, label, text) {
  await form.getByLabel(new RegExp(`^${label}( \\(optional\\))?$`)).fill(text);
}
