import type { problemsEn } from '../en/problems';
import type { Words } from '../words';

export const problemsUz: Words<typeof problemsEn> = {
  'wrong-credentials': 'Login yoki parol notoʻgʻri. Klaviatura tili va Caps Lock ni tekshiring.',
  'locked-out': 'Urinishlar juda koʻp. Kuting yoki administratordan ochishni soʻrang.',
  'password-expired': 'Vaqtinchalik parol muddati tugagan. Administratordan yangisini soʻrang.',
  'directory-account': 'Bu hisobni kompaniya katalogi yuritadi: uni oʻsha yerda oʻzgartiring.',
  'directory-away':
    'Kompaniya katalogi javob bermayapti. Bir daqiqadan soʻng qayta urinib koʻring; shu server hisoblari ishlaydi.',
  'directory-password-expired':
    'Kompaniya katalogida parolingiz muddati tugagan. Uni oʻsha yerda almashtiring.',
  'already-exists': 'Bunday qiymat allaqachon bor. Boshqasini tanlang.',
  'in-use': 'Bu hali ishlatilmoqda. Avval ishlatilgan joyidan olib tashlang.',
  invalid: 'Baʼzi qiymatlar qabul qilinmadi. Belgilangan maydonlarga qarang.',
  'not-possible-now': 'Hozirgi holatda buni bajarib boʻlmaydi.',
  'not-found': 'Bu yoʻq yoki endi yoʻq.',
  'offer-gone': 'Chaqiruv endi yoʻq: vaqt tugadi, mijoz ketdi yoki boshqa operator oldi.',
  'wrong-state': 'Hozir bu kontakt bilan buni qilib boʻlmaydi.',
  'phone-not-connected': 'Telefon ulanmagan. Yuqoridagi telefonga qarang.',
  'topic-and-result-needed': 'Mavzu va natijani tanlang.',
  'unknown-topic': 'Bu mavzu endi ishlatilmaydi. Boshqasini tanlang.',
  'no-such-contact': 'Bu kontakt endi ish joyingizda emas.',
  'timed-out': 'Server oʻz vaqtida javob bermadi. Qayta urinishdan oldin ekranga qarang.',
  'too-large': 'Fayl yoki matn juda katta.',
  unreachable: 'Server bilan aloqa yoʻq. Tarmoqni tekshiring; sahifa oʻzi qayta urinadi.',
  'connection-lost': 'Bajarilmadi: aloqa uzilgan. Chiroq yashil boʻlganda qayta urining.',
  'no-answer': 'Server oʻz vaqtida javob bermadi. Qayta urinishdan oldin ekranga qarang.',
  'changed-meanwhile':
    'Buni boshqa odam oʻzgartirgan. Yangilang, oʻzgarishni koʻring va amalni takrorlang.',
  'http-403': 'Bu amal uchun huquqingiz yoʻq. Uni administratordan soʻrang.',
  'http-429': 'Soʻrovlar juda koʻp. Biroz kutib, qayta urining.',
  'http-503': 'Serverda hozir joy yoʻq. Birozdan keyin qayta urining.',
  unexpected:
    'Kutilmagan xato yuz berdi. Sahifani yangilang; takrorlansa, quyidagi matnni yordam xizmatiga ayting.',
  trace: 'Iz {{id}}',
};
