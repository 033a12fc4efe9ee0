// A number with what is counted: kinds of points are named by people, in the plural, and a number asks for another form.

/** Forms by `Intl.PluralRules`: Russian one, few, many and of a fraction; English one and other; Uzbek has one form alone. */
const FORMS: Record<string, Record<string, Partial<Record<Intl.LDMLPluralRule, string>>>> = {
  ru: {
    баллы: { one: 'балл', few: 'балла', many: 'баллов', other: 'балла' },
    бонусы: { one: 'бонус', few: 'бонуса', many: 'бонусов', other: 'бонуса' },
    звёзды: { one: 'звезда', few: 'звезды', many: 'звёзд', other: 'звезды' },
    мили: { one: 'миля', few: 'мили', many: 'миль', other: 'мили' },
    минуты: { one: 'минута', few: 'минуты', many: 'минут', other: 'минуты' },
    монеты: { one: 'монета', few: 'монеты', many: 'монет', other: 'монеты' },
    очки: { one: 'очко', few: 'очка', many: 'очков', other: 'очка' },
    рубли: { one: 'рубль', few: 'рубля', many: 'рублей', other: 'рубля' },
    сертификаты: {
      one: 'сертификат',
      few: 'сертификата',
      many: 'сертификатов',
      other: 'сертификата',
    },
    сумы: { one: 'сум', few: 'сума', many: 'сумов', other: 'сума' },
  },
  en: {
    bonuses: { one: 'bonus', other: 'bonuses' },
    coins: { one: 'coin', other: 'coins' },
    miles: { one: 'mile', other: 'miles' },
    minutes: { one: 'minute', other: 'minutes' },
    points: { one: 'point', other: 'points' },
    stars: { one: 'star', other: 'stars' },
  },
  uz: {
    ballar: { other: 'ball' },
    bonuslar: { other: 'bonus' },
    daqiqalar: { other: 'daqiqa' },
    millar: { other: 'mil' },
    milyalar: { other: 'milya' },
    sertifikatlar: { other: 'sertifikat' },
    soʻmlar: { other: 'soʻm' },
    tangalar: { other: 'tanga' },
    yulduzlar: { other: 'yulduz' },
  },
};

/** The name as it stands behind this number, where its forms are known; a name of somebody's own stays as it is. */
export function counted(name: string, amount: number, language: string): string {
  const forms = FORMS[language]?.[name.toLowerCase()];
  return forms?.[new Intl.PluralRules(language).select(Math.abs(amount))] ?? forms?.other ?? name;
}
