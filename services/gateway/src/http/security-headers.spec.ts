import { securityHeaders } from './security-headers.js';

describe('securityHeaders', () => {
  it('lets a browser do nothing with an answer but read it', () => {
    const headers = securityHeaders('http://127.0.0.1:8080');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-site');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.size).toBeGreaterThanOrEqual(11);
  });

  it('asks for TLS where the public address has it', () => {
    expect(securityHeaders('https://crm.example').get('strict-transport-security')).toBe('max-age=31536000');
    expect(securityHeaders('http://127.0.0.1:8080').has('strict-transport-security')).toBe(false);
  });
});
