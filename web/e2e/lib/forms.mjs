// Forms as people fill them.

/** Opens a drawer, fills it and saves it; it closes when the server took it. */
export async function saved(browser, fill, button = 'Save') {
  const form = browser.page.getByRole('dialog');
  await form.waitFor();
  await fill(form);
  await form.getByRole('button', { name: button }).click();
  await form.getByRole('button', { name: button }).waitFor({ state: 'hidden' }).catch(async (error) => {
    const said = await form.locator('.ant-alert, .ant-form-item-explain-error').allInnerTexts();
    throw new Error(`the form is not taken: ${said.join('; ') || 'nothing is said'}`, { cause: error });
  });
}

/** A text in the three languages. */
export async function threeNames(form, label, [en, ru, uz]) {
  await form.getByLabel(`${label}, English`).fill(en);
  await form.getByLabel(`${label}, Русский`).fill(ru);
  await form.getByLabel(new RegExp(`^${label}, O.zbek`)).fill(uz);
}

/** Types into a field by its label. */
export async function typed(form, label, text) {
  await form.getByLabel(new RegExp(`^${label}\\s*(\\([^)]*\\))?$`)).fill(text);
}

/** Presses the button that ends with these words; a picture before them has a name of its own. */
export const press = (within, words) => within.getByRole('button', { name: new RegExp(`(^|\\s)${words}$`) }).click();
