// The demo company "Лидер": sells, installs and services industrial
// refrigeration for food shops. All of it is made up here.

export interface DemoBranch {
  readonly key: string;
  readonly name: string;
  readonly timeZone: string;
}

export interface DemoDepartment {
  readonly key: string;
  readonly name: string;
  readonly branch?: string;
  readonly parent?: string;
  /** Username of its head. */
  readonly head?: string;
}

export interface DemoEmployee {
  readonly username: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly middleName: string;
  readonly position: string;
  readonly branch: string;
  readonly department: string;
  readonly roles: readonly string[];
}

export const branches: readonly DemoBranch[] = [
  { key: 'kyiv', name: 'Лидер Київ', timeZone: 'Europe/Kyiv' },
  { key: 'lviv', name: 'Лидер Львів', timeZone: 'Europe/Kyiv' },
];

/** Parents stand before their children. */
export const departments: readonly DemoDepartment[] = [
  { key: 'management', name: 'Дирекція', head: 'koval' },
  { key: 'marketing', name: 'Відділ маркетингу', parent: 'management', branch: 'kyiv', head: 'melnyk' },
  { key: 'quality', name: 'Служба якості', parent: 'management', branch: 'kyiv', head: 'tkachuk' },
  { key: 'accounting', name: 'Бухгалтерія', parent: 'management', branch: 'kyiv', head: 'romaniuk' },
  { key: 'kyiv-sales', name: 'Відділ продажу, Київ', parent: 'management', branch: 'kyiv', head: 'bondarenko' },
  { key: 'kyiv-chains', name: 'Група мережевих клієнтів', parent: 'kyiv-sales', branch: 'kyiv', head: 'shevchuk' },
  { key: 'kyiv-service', name: 'Сервісна служба, Київ', parent: 'management', branch: 'kyiv', head: 'polishchuk' },
  { key: 'lviv-sales', name: 'Відділ продажу, Львів', parent: 'management', branch: 'lviv', head: 'danylenko' },
  { key: 'lviv-service', name: 'Сервісна служба, Львів', parent: 'management', branch: 'lviv', head: 'kravets' },
];

const person = (
  username: string,
  name: string,
  position: string,
  branch: string,
  department: string,
  ...roles: string[]
): DemoEmployee => {
  const [familyName = '', givenName = '', middleName = ''] = name.split(' ');
  return { username, familyName, givenName, middleName, position, branch, department, roles };
};

export const employees: readonly DemoEmployee[] = [
  // Management: 4
  person('koval', 'Коваль Олександр Петрович', 'Генеральний директор', 'kyiv', 'management', 'top-manager'),
  person('savchenko', 'Савченко Ірина Миколаївна', 'Директор філії', 'kyiv', 'management', 'branch-director'),
  person('hrytsenko', 'Гриценко Тарас Богданович', 'Директор філії', 'lviv', 'management', 'branch-director'),
  person('romaniuk', 'Романюк Людмила Василівна', 'Головний бухгалтер', 'kyiv', 'accounting', 'accountant'),
  // Sellers: 10
  person(
    'bondarenko',
    'Бондаренко Сергій Іванович',
    'Начальник відділу продажу',
    'kyiv',
    'kyiv-sales',
    'department-head',
    'seller',
  ),
  person(
    'shevchuk',
    'Шевчук Наталія Олегівна',
    'Старший менеджер з продажу',
    'kyiv',
    'kyiv-chains',
    'department-head',
    'seller',
  ),
  person('petrenko', 'Петренко Андрій Вікторович', 'Менеджер з продажу', 'kyiv', 'kyiv-chains', 'seller'),
  person('lysenko', 'Лисенко Марина Юріївна', 'Менеджер з продажу', 'kyiv', 'kyiv-chains', 'seller'),
  person('morozov', 'Морозов Дмитрий Сергеевич', 'Менеджер по продажам', 'kyiv', 'kyiv-sales', 'seller'),
  person('sydorenko', 'Сидоренко Олена Андріївна', 'Менеджер з продажу', 'kyiv', 'kyiv-sales', 'seller'),
  person(
    'danylenko',
    'Даниленко Роман Степанович',
    'Начальник відділу продажу',
    'lviv',
    'lviv-sales',
    'department-head',
    'seller',
  ),
  person('kuzmin', 'Кузьмин Алексей Павлович', 'Менеджер по продажам', 'lviv', 'lviv-sales', 'seller'),
  person('havryliuk', 'Гаврилюк Оксана Ігорівна', 'Менеджер з продажу', 'lviv', 'lviv-sales', 'seller'),
  person('marchenko', 'Марченко Юрій Олексійович', 'Менеджер з продажу', 'lviv', 'lviv-sales', 'seller'),
  // Assistants: 2
  person('vasylenko', 'Василенко Катерина Романівна', 'Асистент відділу продажу', 'kyiv', 'kyiv-sales', 'secretary'),
  person('stepanova', 'Степанова Анна Дмитриевна', 'Ассистент отдела продаж', 'lviv', 'lviv-sales', 'secretary'),
  // Service: 7
  person(
    'polishchuk',
    'Поліщук Микола Григорович',
    'Начальник сервісної служби',
    'kyiv',
    'kyiv-service',
    'department-head',
    'service-engineer',
  ),
  person(
    'kostenko',
    'Костенко Віталій Анатолійович',
    'Інженер-холодильник',
    'kyiv',
    'kyiv-service',
    'service-engineer',
  ),
  person('belov', 'Белов Игорь Николаевич', 'Инженер-холодильщик', 'kyiv', 'kyiv-service', 'service-engineer'),
  person('oliinyk', 'Олійник Павло Михайлович', 'Монтажник', 'kyiv', 'kyiv-service', 'service-engineer'),
  person(
    'kravets',
    'Кравець Василь Ярославович',
    'Начальник сервісної служби',
    'lviv',
    'lviv-service',
    'department-head',
    'service-engineer',
  ),
  person('fedorov', 'Федоров Максим Олегович', 'Інженер-холодильник', 'lviv', 'lviv-service', 'service-engineer'),
  person('zaiets', 'Заєць Остап Любомирович', 'Монтажник', 'lviv', 'lviv-service', 'service-engineer'),
  // Marketing: 2
  person('melnyk', 'Мельник Юлія Сергіївна', 'Керівник маркетингу', 'kyiv', 'marketing', 'marketer'),
  person('orlova', 'Орлова Виктория Андреевна', 'Маркетолог', 'kyiv', 'marketing', 'marketer'),
  // Quality: 1
  person('tkachuk', 'Ткачук Галина Федорівна', 'Менеджер з якості', 'kyiv', 'quality', 'quality'),
];

/** Programs and people outside the staff list that have a login: not employees. */
export const programUsers = [{ username: 'bi-reader', roles: ['bi'] }] as const;
