// The words of the editor, which speaks English only: what it draws is put into the person's language.
// Only whole texts of its own are replaced; cells of the table and fields are what people wrote, and stay.
const RU_UZ = {
  'Add Input': ['Добавить условие', 'Shart qoʻshish'],
  'Add Output': ['Добавить результат', 'Natija qoʻshish'],
  'Add row': ['Добавить строку', 'Satr qoʻshish'],
  'Add row above': ['Добавить строку выше', 'Yuqoriga satr qoʻshish'],
  'Add row below': ['Добавить строку ниже', 'Pastga satr qoʻshish'],
  'Allow custom values': ['Разрешить другие значения', 'Boshqa qiymatlarga ruxsat berish'],
  Cancel: ['Отмена', 'Bekor qilish'],
  Collect: ['Все подходящие строки', 'Barcha mos satrlar'],
  Confirm: ['Подтвердить', 'Tasdiqlash'],
  Create: ['Создать', 'Yaratish'],
  Default: ['По умолчанию', 'Odatiy'],
  Description: ['Описание', 'Tavsif'],
  Deselect: ['Снять выделение', 'Belgilashni bekor qilish'],
  Dictionary: ['Словарь', 'Lugʻat'],
  'Edit column': ['Изменить столбец', 'Ustunni oʻzgartirish'],
  Enum: ['Список значений', 'Qiymatlar roʻyxati'],
  'Excel column': ['Столбец Excel', 'Excel ustuni'],
  'Execution mode': ['Как выполнять', 'Bajarish usuli'],
  'Export Excel': ['Выгрузить в Excel', 'Excelga chiqarish'],
  'Field label': ['Название поля', 'Maydon nomi'],
  First: ['Первая подходящая строка', 'Birinchi mos satr'],
  'Hit Policy': ['Какие строки действуют', 'Qaysi satrlar ishlaydi'],
  'Import Excel': ['Загрузить из Excel', 'Exceldan yuklash'],
  Inline: ['Прямо здесь', 'Shu yerda'],
  'Input Field': ['Поле условия', 'Shart maydoni'],
  'Input field': ['Поле условия', 'Shart maydoni'],
  Inputs: ['Условия', 'Shartlar'],
  Label: ['Название', 'Nom'],
  'Map Excel data': ['Сопоставить столбцы Excel', 'Excel ustunlarini moslash'],
  'No input columns': ['Нет столбцов условий', 'Shart ustunlari yoʻq'],
  'No output columns': ['Нет столбцов результата', 'Natija ustunlari yoʻq'],
  None: ['Нет', 'Yoʻq'],
  OK: ['Да', 'Ha'],
  'Output Field': ['Поле результата', 'Natija maydoni'],
  Outputs: ['Результаты', 'Natijalar'],
  Remove: ['Удалить', 'Oʻchirish'],
  'Remove column': ['Удалить столбец', 'Ustunni oʻchirish'],
  'Remove row?': ['Удалить строку?', 'Satr oʻchirilsinmi?'],
  'Remove this column?': ['Удалить этот столбец?', 'Bu ustun oʻchirilsinmi?'],
  'Reorder fields': ['Порядок столбцов', 'Ustunlar tartibi'],
  'Select Excel column': ['Выберите столбец Excel', 'Excel ustunini tanlang'],
  'Select Excel column for description': ['Столбец Excel с описанием', 'Tavsif uchun Excel ustuni'],
  'Table column': ['Столбец таблицы', 'Jadval ustuni'],
  Type: ['Тип', 'Turi'],
  Update: ['Сохранить', 'Saqlash'],
  'Wrap values in quotes': ['Брать значения в кавычки', 'Qiymatlarni qoʻshtirnoqqa olish'],
};
const PLACE = { ru: 0, uz: 1 };
const OWN = '.cm-editor, [contenteditable=true], textarea, tbody td';
const ATTRIBUTES = ['placeholder', 'title', 'aria-label'];

let language = 'en';
/** What stood there in English, so that another language can be chosen later. */
const english = new WeakMap();

function said(text) {
  const key = text.trim();
  const words = Object.hasOwn(RU_UZ, key) ? RU_UZ[key][PLACE[language]] : undefined;
  return words === undefined ? text : text.replace(key, words);
}

function say(node) {
  if (node.parentElement?.closest(OWN)) return;
  const was = english.get(node);
  const now = node.nodeValue ?? '';
  // The editor itself has written something new.
  const text = was && was.shown === now ? was.text : now;
  const shown = said(text);
  english.set(node, { text, shown });
  if (shown !== now) node.nodeValue = shown;
}

function sayAttributes(element) {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name);
    if (text && said(text) !== text) element.setAttribute(name, said(text));
  }
}

function sayAll(root) {
  if (root.nodeType === Node.TEXT_NODE) return say(root);
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  sayAttributes(root);
  for (const element of root.querySelectorAll(ATTRIBUTES.map((name) => `[${name}]`).join()))
    sayAttributes(element);
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) say(walk.currentNode);
}

/** Puts what is drawn, and what will be drawn, into this language. */
export function speak(next) {
  language = next in PLACE ? next : 'en';
  sayAll(document.body);
}

new MutationObserver((changes) => {
  for (const change of changes) {
    if (change.type === 'characterData') say(change.target);
    for (const node of change.addedNodes) sayAll(node);
  }
}).observe(document.body, { childList: true, subtree: true, characterData: true });
