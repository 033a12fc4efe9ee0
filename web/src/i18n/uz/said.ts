import type { saidEn } from '../en/said';
import type { Words } from '../words';

export const saidUz: Words<typeof saidEn> = {
  tooFewPoints: 'Ballar yetmaydi: {{asked}} kerak, {{available}} bor.',
  soldOut: 'Buncha qolmagan: kamroq buyurtma qiling yoki boshqasini tanlang.',
  notOffered: 'Bu sovgʻa hozir taklif qilinmaydi: boshqasini tanlang.',
  partnerAway: 'Hamkor hozir dasturda qatnashmaydi.',
  notEnrolled: 'Hisob dasturda roʻyxatdan oʻtmagan: avval xizmat ulang.',
  noRate: 'Bu ballar va hamkor uchun hozir kurs yoʻq.',
  tooLittle: 'Bir martada almashtiriladigan eng kam miqdordan oz.',
  tooMuch: 'Bir martada almashtiriladigan eng koʻp miqdordan ortiq.',
  nothingFor: 'Bu kurs boʻyicha bunchaga hech narsa berilmaydi.',
  wrongCoupon: 'Bu hisob uchun bunday kupon yoʻq: kodni harfma-harf solishtiring.',
  couponNotRunning: 'Bu kuponning aksiyasi ishga tushmagan.',
  couponUsed: 'Hisob bu aksiyaning ruxsat etilgan kuponlarini ishlatib boʻlgan.',
  tookBack: 'Hammasi avval bekor qilingan.',
  partLeft: 'Faqat {{left}} bekor qilinishi mumkin.',
  notZero: 'Nol boʻlishi mumkin emas.',
  decimals: '{{given}}: kasr xonalari koʻpi bilan {{places}} ta.',
  monthNotOver: 'Oy hali tugamagan.',
  noStructure: 'Nomi shunday boshlanib tugaydigan tuzilma yoʻq: avval qoʻshing.',
  waitsAlready: 'Bunday nomli fayl navbatda turibdi: kuting yoki boshqa nom bering.',
  sameDecides: 'Buni boshqa xodim hal qiladi.',
};
