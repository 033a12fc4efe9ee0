import type { flowFaultsEn } from '../en/flowFaults';
import type { Words } from '../words';

export const flowFaultsUz: Words<typeof flowFaultsEn> = {
  lacks: 'Toʻldiring: {{field}}.',
  at: '{{node}}, {{field}}: {{fault}}',
  node: '{{node}}: {{fault}}',
  publish: 'Ssenariy eʼlon qilinmadi. Tuzating:',
  codes: {
    bad_name: 'Nom mos emas: lotin harflari, raqamlar va ajratkich, harfdan boshlanadi.',
    half_said: 'Hammasi toʻldirilmagan: bir-biriga tegishli hamma narsani koʻrsating.',
    no_such_node: 'Mavjud boʻlmagan tugunga olib boradi: qaytadan ulang.',
    not_here: 'Bu yerda boʻlmasligi kerak.',
    not_reached: 'Bu tugunga hech narsa olib kelmaydi: ulang yoki oʻchiring.',
    endless: 'Bu yerdan cheksiz aylanish mumkin: aylanaga kutish, vazifa yoki sahifa qoʻying.',
    out_of_range: 'Son juda kichik yoki juda katta.',
    syntax: 'Ifoda notoʻgʻri yozilgan.',
    too_long: 'Matn juda uzun.',
    too_many: 'Ular juda koʻp.',
    twice: 'Bunday nom bu yerda ikki marta turibdi.',
    unknown_name: 'Bunday nomli hech narsa yoʻq.',
    unknown_variable: 'Bu ssenariyda bu oʻzgaruvchiga hech narsa qiymat bermaydi.',
    unknown_type: 'Bu server bunday tugunni bilmaydi.',
    unreadable: 'Kerakli tarzda toʻldirilmagan.',
    wrong_kind: 'Boshqa turdagi ssenariyning tuguni.',
    wrong_number: 'Ular juda kam yoki juda koʻp, yoki jami 100 emas.',
    too_tangled: 'Juda koʻp tarmoqlar chalkashgan: ssenariyni boʻling.',
    parallel_in_itself:
      'Tarmoqlar birlashmasdan yana boshlanadi: avval ularni birlashtirishga olib boring.',
    join_without_parallel: 'Bu yerga boʻlinmasdan kelinadi: oldiga «Parallel» qoʻying.',
    several_joins:
      'Tarmoqlar bir necha joyda birlashadi: hammasini bitta birlashtirishga olib boring.',
  },
};
