/** Somebody who can log in. */
export interface Login {
  username: string;
  password: string;
  roles: string[];
  branch: string;
  department: string;
}

/** What `.run/addresses.json` says; scripts rely on these names. */
export interface Addresses {
  gateway: string;
  keycloak: string;
  realm: string;
  /** The client that scripts log in with (password grant); the demo realm alone has it. */
  clientId: string;
  users: Login[];
  services: Record<string, { grpc: string | null; health: string }>;
}

/** The one page that `npm start` prints when everything is up. */
export function startPage(addresses: Addresses, logs: string, took: string): string {
  return [
    '',
    `Rapport is up (${took}).`,
    '',
    ...table([
      ['  Gateway', addresses.gateway, `API description: ${addresses.gateway}/docs`],
      ['  Keycloak', `${addresses.keycloak}/admin/`, `realm ${addresses.realm}`],
      ['  Logs', logs, 'one file a process'],
    ]),
    '',
    'Logins',
    ...table([
      ['  user', 'password', 'roles', 'branch', 'department'],
      ...addresses.users.map((user) => [
        `  ${user.username}`,
        user.password,
        user.roles.join(', '),
        user.branch,
        user.department,
      ]),
    ]),
    '',
    'Try',
    ...threeThings(addresses),
    '',
    'Ctrl-C stops everything; the data stays. npm start -- --fresh begins anew.',
    '',
  ].join('\n');
}

function threeThings(addresses: Addresses): string[] {
  const pick = (role: string): Login | undefined => addresses.users.find(({ roles }) => roles.includes(role));
  const user = pick('top-manager') ?? pick('department-head') ?? addresses.users[0];
  const tokenUrl = `${addresses.keycloak}/realms/${addresses.realm}/protocol/openid-connect/token`;
  return [
    `  1. Open ${addresses.gateway}/docs in a browser and log in.`,
    '  2. Take a token and ask for the daily board:',
    `       TOKEN=$(curl -s ${tokenUrl} -d grant_type=password -d client_id=${addresses.clientId} -d username=${user?.username ?? ''} -d password=${user?.password ?? ''} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `       curl -s -H "Authorization: Bearer $TOKEN" '${addresses.gateway}/v1/reports/daily-board?groupBy=outcome'`,
    '  3. Import a sales pipeline from a folder of CSV files, and ask again:',
    '       npm run import:pipeline -- <folder>',
  ];
}

/** Columns padded to their widest cell. */
export function table(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
