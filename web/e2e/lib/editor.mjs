// The flow editor as people use it.

export class Editor {
  constructor(browser, server) {
    this.browser = browser;
    this.page = browser.page;
    this.server = server;
  }

  /** Makes a flow of a kind and opens it. */
  async create(kind, title, name) {
    await this.page.goto(`${this.server.url}/automation/flows`);
    await this.browser.button('Create').click();
    const form = this.page.getByRole('dialog');
    await form.getByText(kind, { exact: true }).click();
    await form.getByLabel('Title').fill(title);
    await form.getByLabel('Name', { exact: true }).fill(name);
    await form.getByRole('button', { name: 'Create' }).click();
    await this.page.waitForURL(`**/automation/flows/${name}`);
    await this.palette.waitFor();
  }

  get palette() {
    return this.page.getByRole('complementary', { name: 'Palette' });
  }

  get properties() {
    return this.page.getByRole('complementary', { name: 'Properties' });
  }

  /** Names of what the palette offers. */
  async offered() {
    return this.palette.getByRole('button').allInnerTexts();
  }

  node(key) {
    return this.page.locator(`.flow-node[data-node="${key}"]`);
  }

  /** Pairs of nodes that lie on each other. */
  async overlaps() {
    const boxes = await this.page.locator('.react-flow__node').evaluateAll((nodes) =>
      nodes.map((node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        return { key: node.dataset.id, left, right, top, bottom };
      }),
    );
    return boxes.flatMap((a, n) =>
      boxes
        .slice(n + 1)
        .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map((b) => `${a.key} and ${b.key}`),
    );
  }

  /** Adds by pressing: behind the chosen node. */
  async add(word, key) {
    await this.palette.getByRole('button', { name: word, exact: true }).click();
    await this.node(key).waitFor();
  }

  /** Adds by dragging onto the canvas. */
  async drag(word, key, at) {
    const target = this.page.locator('.react-flow__pane');
    await this.palette.getByRole('button', { name: word, exact: true }).dragTo(target, { targetPosition: at });
    await this.node(key).waitFor();
  }

  async choose(key) {
    const search = this.page.getByRole('combobox', { name: 'Find a node' });
    await search.fill(key);
    await this.page.locator('.ant-select-item-option').filter({ hasText: new RegExp(`^${key} ·`) }).click();
    await this.properties.getByLabel('Name of the node').waitFor();
  }

  /** The control of a field of the chosen node, by its pointer. */
  field(pointer) {
    return this.properties.locator(`[data-field="${pointer}"]`);
  }

  async fill(pointer, text) {
    await this.field(pointer).locator('input, textarea').first().fill(text);
  }

  /** Takes one of what a field offers. */
  async pick(pointer, choice) {
    const box = this.field(pointer).getByRole('combobox').first();
    await box.click();
    await box.fill(choice);
    await this.page.locator('.ant-select-dropdown:visible .ant-select-item-option').getByText(choice, { exact: true }).first().click();
  }

  /** Draws an edge with the pointer, from a way out to a node. */
  async connect(from, pointer, to) {
    // Hovering waits until what is arranged stands still and the handle lies on top.
    await this.page.locator(`[data-id="${from}"] .react-flow__handle.source[data-handleid="${pointer}"]`).hover();
    const end = await this.page.locator(`[data-id="${to}"] .react-flow__handle.target`).boundingBox();
    await this.page.mouse.down();
    await this.page.mouse.move(end.x + end.width / 2 - 8, end.y + end.height / 2, { steps: 8 });
    await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2);
    await this.page.mouse.up();
  }

  /** Waits until the server keeps what is drawn. */
  async saved() {
    await this.page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
  }

  /** Takes a definition as a file, as a person imports it. */
  async import(definition) {
    const chosen = this.page.waitForEvent('filechooser');
    await this.browser.button('Import').click();
    await (await chosen).setFiles({
      name: 'flow.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(definition)),
    });
    await this.node(definition.start).waitFor();
    await this.saved();
  }

  async publish(note) {
    await this.browser.button('Publish').click();
    const form = this.page.getByRole('dialog');
    await form.getByLabel('Note').fill(note);
    await form.getByRole('button', { name: 'Publish' }).click();
    await form.waitFor({ state: 'hidden' });
  }
}
