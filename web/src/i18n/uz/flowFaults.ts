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
    bad_terminator: 'Raqam raqamlar kiritishni tugata olmaydi: # yoki * ni ishlating.',
    given_variable: 'Bu oʻzgaruvchi har bir ssenariyda bor: boshqa nom tanlang.',
    missing_prompt: 'Bu ibora hamma tillarda yozilmagan: yozuv qoʻshing yoki boshqa ibora tanlang.',
    no_such_key: 'Telefonda bunday tugma yoʻq: 0–9, * yoki #.',
    not_a_flow: 'Oʻtkazish manzilga emas, ssenariyga olib boradi: ssenariyni tanlang.',
    nothing_given: 'Bu yerda hali hech narsa yoʻq: kamida bittasini qoʻshing.',
    overlapping: 'Bu soatlar ustma-ust tushadi yoki boshlanishidan oldin tugaydi.',
    undeclared_variable:
      'Ssenariyda bunday oʻzgaruvchi eʼlon qilinmagan: uni ssenariy oʻzgaruvchilariga qoʻshing.',
    wrong_operator: 'Bu taqqoslash oʻzgaruvchiga mos emas: «teng» yoki «teng emas»ni ishlating.',
    wrong_order: 'Eng kami eng koʻpidan katta: ulardan birini oʻzgartiring.',
    wrong_type: 'Oʻzgaruvchi va qiymat turlari har xil: ulardan birini oʻzgartiring.',
  },
};
