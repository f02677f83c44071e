// What the demo company sells, and where its clients learn about it.

export interface DemoProduct {
  readonly key: string;
  readonly name: string;
  readonly group: string;
  readonly unit: string;
  /** UAH. */
  readonly price: number;
  readonly cost: number;
}

const product = (key: string, group: string, name: string, price: number, cost: number, unit = 'шт'): DemoProduct => ({
  key,
  name,
  group,
  unit,
  price,
  cost,
});

export const products: readonly DemoProduct[] = [
  product('VX-120', 'Холодильні вітрини', 'Вітрина холодильна «Арктика» 1,2 м', 48_500, 33_200),
  product('VX-180', 'Холодильні вітрини', 'Вітрина холодильна «Арктика» 1,8 м', 63_900, 44_100),
  product('VX-250', 'Холодильні вітрини', 'Вітрина холодильна «Арктика» 2,5 м', 84_200, 58_700),
  product('VK-130', 'Холодильні вітрини', 'Вітрина кондитерська «Глорія» 1,3 м', 57_300, 40_500),
  product('GR-375', 'Гірки', 'Гірка пристінна «Карпати» 3,75 м', 196_000, 141_000),
  product('GR-250', 'Гірки', 'Гірка пристінна «Карпати» 2,5 м', 142_500, 101_800),
  product('BN-210', 'Бонети', 'Бонета морозильна «Говерла» 2,1 м', 118_000, 84_600),
  product('SH-700', 'Шафи', 'Шафа холодильна «Полюс» 700 л', 39_800, 27_900),
  product('SM-700', 'Шафи', 'Шафа морозильна «Полюс» 700 л', 47_200, 33_600),
  product('KX-012', 'Камери', 'Камера холодильна збірна 12 м³', 128_400, 92_300),
  product('KX-030', 'Камери', 'Камера холодильна збірна 30 м³', 236_700, 171_500),
  product('KM-020', 'Камери', 'Камера морозильна збірна 20 м³', 241_300, 176_900),
  product('CS-004', 'Холодопостачання', 'Централь холодильна на 4 компресори', 684_000, 512_000),
  product('CS-006', 'Холодопостачання', 'Централь холодильна на 6 компресорів', 935_000, 707_000),
  product('SV-MNT', 'Послуги', 'Монтаж холодильного обладнання', 24_000, 13_500, 'послуга'),
  product('SV-YEAR', 'Послуги', 'Річне сервісне обслуговування', 36_000, 19_800, 'рік'),
];

export const informationSources = [
  { key: 'site', name: 'Сайт компанії', kind: 'KIND_WEB', monthlyCost: 18_000 },
  { key: 'search', name: 'Контекстна реклама', kind: 'KIND_WEB', monthlyCost: 42_000 },
  { key: 'expo', name: 'Виставка «Магазин майбутнього»', kind: 'KIND_EVENT', monthlyCost: 25_000 },
  { key: 'journal', name: 'Журнал «Холод і торгівля»', kind: 'KIND_PUBLICATION', monthlyCost: 9_500 },
  { key: 'radio', name: 'Радиореклама', kind: 'KIND_ADVERTISING', monthlyCost: 16_000 },
  { key: 'referral', name: 'Рекомендація клієнта', kind: 'KIND_REFERRAL', monthlyCost: 0 },
  { key: 'calls', name: 'Телефонна кампанія', kind: 'KIND_OUTBOUND', monthlyCost: 12_000 },
] as const;

export const lossReasons = [
  { key: 'price', name: 'Ціна вища, ніж у конкурента' },
  { key: 'term', name: 'Не влаштував строк поставки' },
  { key: 'budget', name: 'Проєкт відкладено, немає бюджету' },
  { key: 'competitor', name: 'Обрали іншого постачальника' },
  { key: 'silent', name: 'Клієнт перестав відповідати' },
] as const;
