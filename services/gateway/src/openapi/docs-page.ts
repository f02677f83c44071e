/** The page that shows the API to a person; swagger-ui comes from npm and is served by us. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rapport API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Shows the page of the caller, and lets him try changes: by session these need its CSRF token. */
export const docsScript = `(async () => {
  const session = await fetch('/v1/session').then((answer) => (answer.ok ? answer.json() : {}), () => ({}));
  window.SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#api',
    deepLinking: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (session.csrfToken) request.headers['X-CSRF-Token'] = session.csrfToken;
      return request;
    },
  });
})();
`;

/** Only our own files; swagger-ui styles its elements in place and draws its icons as data. */
export const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
