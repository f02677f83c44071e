// The demo company's customer base: some sixty counterparties with a contact
// person each. Names, numbers and addresses are made up; telephone numbers are
// of ranges that are not in use.

export interface DemoClient {
  readonly key: string;
  readonly name: string;
  readonly legalName: string;
  readonly city: string;
  readonly industry: string;
  readonly kinds: readonly string[];
  readonly owner: string;
  readonly person: {
    readonly familyName: string;
    readonly givenName: string;
    readonly middleName: string;
    readonly position: string;
  };
}

const CHAINS = 'Продуктові мережі';
const SHOPS = 'Продуктові магазини';
const MEAT = 'М’ясні крамниці';
const BAKERY = 'Пекарні та кондитерські';
const HORECA = 'Кафе і ресторани';
const STORAGE = 'Склади та логістика';
const FARM = 'Фермерські господарства';

// name | city | industry | owner | contact person | his position
const LINES = `
Калина Маркет|Київ|${CHAINS}|petrenko|Гончар Ольга Павлівна|Директор із закупівель
Смачний дім|Київ|${CHAINS}|petrenko|Литвин Ігор Олегович|Головний інженер
Дніпрянка|Черкаси|${CHAINS}|lysenko|Руденко Світлана Іванівна|Комерційний директор
Кошик плюс|Київ|${CHAINS}|lysenko|Ткаченко Артем Юрійович|Категорійний менеджер
Родинний кошик|Житомир|${CHAINS}|shevchuk|Мороз Вадим Андрійович|Директор
Зелена миля|Київ|${CHAINS}|shevchuk|Панченко Ірина Степанівна|Директор з розвитку
Свіжий двір|Бровари|${SHOPS}|morozov|Іщенко Микола Васильович|Власник
У Галини|Біла Церква|${SHOPS}|morozov|Дорошенко Галина Петрівна|Власниця
Продукти 24|Київ|${SHOPS}|morozov|Соловьев Антон Игоревич|Управляющий
Колосок|Фастів|${SHOPS}|morozov|Назаренко Людмила Олексіївна|Директор
Ласунка|Київ|${BAKERY}|sydorenko|Захарчук Тетяна Романівна|Технолог
Пекарня на Подолі|Київ|${BAKERY}|sydorenko|Бойко Денис Олександрович|Власник
Булочна сестер Гай|Чернігів|${BAKERY}|sydorenko|Гай Марія Тарасівна|Співвласниця
М’ясна лавка|Київ|${MEAT}|bondarenko|Олексієнко Петро Дмитрович|Директор
Степовий бик|Полтава|${MEAT}|bondarenko|Яценко Віктор Миколайович|Директор
Ковбасний ряд|Обухів|${MEAT}|morozov|Кириленко Оксана Вікторівна|Товарознавець
Три поросяти|Київ|${MEAT}|sydorenko|Жук Максим Ігорович|Директор магазину
Кав’ярня Ранок|Київ|${HORECA}|sydorenko|Семенюк Аліна Богданівна|Керуюча
Ресторан Берег|Вишгород|${HORECA}|sydorenko|Рябоконь Олег Станіславович|Шеф-кухар
Піцерія Везувій|Київ|${HORECA}|morozov|Кравченко Юлия Сергеевна|Управляющая
Їдальня №1|Київ|${HORECA}|morozov|Литвиненко Надія Федорівна|Завідувачка
Північний склад|Київ|${STORAGE}|bondarenko|Прокопенко Євген Володимирович|Головний інженер
ХолодЛогістик|Бориспіль|${STORAGE}|bondarenko|Власенко Дмитро Юрійович|Технічний директор
Агросвіт|Умань|${FARM}|lysenko|Демченко Василь Прокопович|Голова
Ягідний край|Вінниця|${FARM}|lysenko|Стеценко Лариса Миколаївна|Агроном
Молочна ріка|Ніжин|${FARM}|petrenko|Харченко Степан Ілліч|Директор
Сирна хата|Київ|${SHOPS}|petrenko|Бабенко Анна Вікторівна|Власниця
Риба і море|Київ|${SHOPS}|shevchuk|Филатов Кирилл Андреевич|Директор
Морозко|Київ|${SHOPS}|shevchuk|Щербак Роман Петрович|Керівник
Десерт студіо|Ірпінь|${BAKERY}|sydorenko|Андрієнко Віра Олегівна|Кондитер
Галицька скриня|Львів|${CHAINS}|danylenko|Баран Зеновій Михайлович|Директор із закупівель
Львівський базарчик|Львів|${CHAINS}|danylenko|Гнатюк Соломія Ярославівна|Комерційний директор
Карпатський кошик|Івано-Франківськ|${CHAINS}|kuzmin|Дзюба Назар Васильович|Головний інженер
Рідна крамниця|Тернопіль|${CHAINS}|kuzmin|Процик Марта Іванівна|Категорійна менеджерка
Файний маркет|Львів|${CHAINS}|havryliuk|Сенів Орест Романович|Директор
Стрийські ряди|Стрий|${SHOPS}|havryliuk|Максимів Леся Степанівна|Власниця
Крамниця на розі|Львів|${SHOPS}|marchenko|Ільницький Андрій Мар’янович|Власник
Під Левом|Львів|${SHOPS}|marchenko|Пасічник Богдана Олегівна|Керуюча
Продтовары Запад|Луцк|${SHOPS}|kuzmin|Воронин Сергей Ильич|Директор
Волинська мрія|Луцьк|${SHOPS}|kuzmin|Гаврилюк Петро Миколайович|Директор
Медова кондитерська|Львів|${BAKERY}|havryliuk|Цимбал Христина Андріївна|Технолог
Пляцки від пані Стефи|Львів|${BAKERY}|havryliuk|Хомин Стефанія Юріївна|Власниця
Хлібна майстерня|Рівне|${BAKERY}|marchenko|Остапчук Віталій Сергійович|Головний пекар
Бойківська ковбаса|Самбір|${MEAT}|marchenko|Турчин Іван Федорович|Директор
М’ясний двір Прикарпаття|Калуш|${MEAT}|kuzmin|Лесів Ганна Василівна|Товарознавець
Дичина і Ко|Трускавець|${MEAT}|danylenko|Сороківський Юрій Іванович|Власник
Кав’ярня Під вежею|Львів|${HORECA}|havryliuk|Стасюк Дарина Олегівна|Керуюча
Ресторан Високий замок|Львів|${HORECA}|havryliuk|Кметь Володимир Ігорович|Шеф-кухар
Готель Смерека|Яремче|${HORECA}|marchenko|Палагнюк Оксана Дмитрівна|Управителька
Санаторій Джерело|Моршин|${HORECA}|danylenko|Рибак Степан Олексійович|Завгосп
ЗахідХолодСклад|Львів|${STORAGE}|danylenko|Чорній Тарас Богданович|Технічний директор
Термінал Краковець|Краковець|${STORAGE}|danylenko|Мельничук Олег Петрович|Начальник складу
Овочева база №3|Тернопіль|${STORAGE}|kuzmin|Павлишин Михайло Ігорович|Головний інженер
Карпатська форель|Косів|${FARM}|marchenko|Гуцуляк Василь Ілліч|Власник
Сирний дворик|Мукачево|${FARM}|marchenko|Бокоч Ерік Стефанович|Сировар
Полонина|Рахів|${FARM}|kuzmin|Мочернюк Параска Юріївна|Голова кооперативу
`;

/** Whom we deal with otherwise than by selling. */
const OTHERS = `
Фрост Індастрі|Харків|Виробники обладнання|bondarenko|Лаврентьев Глеб Юрьевич|Менеджер экспорта|KIND_SUPPLIER
Полярні компресори|Одеса|Виробники обладнання|bondarenko|Чумак Едуард Львович|Представник|KIND_SUPPLIER KIND_PARTNER
Холод Альянс|Київ|Продаж обладнання|bondarenko|Невідомий Павло Андрійович|Директор|KIND_COMPETITOR
МонтажСервіс Захід|Львів|Монтаж|danylenko|Семків Ростислав Ігорович|Виконроб|KIND_SUBCONTRACTOR
`;

const POTENTIAL_EVERY = 7;

function parseLines(text: string, prefix: string): DemoClient[] {
  return text
    .trim()
    .split('\n')
    .map((line, index) => {
      const [name = '', city = '', industry = '', owner = '', contact = '', position = '', kinds] = line.split('|');
      const [familyName = '', givenName = '', middleName = ''] = contact.split(' ');
      const usual = (index + 1) % POTENTIAL_EVERY === 0 ? 'KIND_POTENTIAL_CLIENT' : 'KIND_CLIENT';
      return {
        key: `${prefix}-${String(index + 1).padStart(2, '0')}`,
        name,
        legalName: `ТОВ «${name}»`,
        city,
        industry,
        kinds: (kinds ?? usual).split(' '),
        owner,
        person: { familyName, givenName, middleName, position },
      };
    });
}

export const clients: readonly DemoClient[] = [...parseLines(LINES, 'client'), ...parseLines(OTHERS, 'other')];
