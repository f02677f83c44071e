import { describe, expect, it } from '@jest/globals';
import { parsePathTemplate, toOpenApiPath, toPathPattern, toRouteUrl } from './path-template.js';

describe('path templates', () => {
  it.each([
    ['/v1/deals', '/v1/deals', '/v1/deals'],
    ['/v1/deals/{deal_id}', '/v1/deals/:p0', '/v1/deals/{dealId}'],
    ['/v1/deals/{deal_id=*}', '/v1/deals/:p0', '/v1/deals/{dealId}'],
    ['/v1/deals/{deal.id}', '/v1/deals/:p0', '/v1/deals/{dealId}'],
    ['/v1/deals/{deal_id}:win', '/v1/deals/:p0(^[^:/]+)::win', '/v1/deals/{dealId}:win'],
    ['/v1/deals:batchCreate', '/v1/deals::batchCreate', '/v1/deals:batchCreate'],
    ['/v1/a/{a_id}/b-c/{b.b_id}', '/v1/a/:p0/b-c/:p1', '/v1/a/{aId}/b-c/{bBId}'],
  ])('%s', (source, route, openApi) => {
    const template = parsePathTemplate(source);
    expect(toRouteUrl(template)).toBe(route);
    expect(toOpenApiPath(template)).toBe(openApi);
  });

  it.each(['v1/deals', '/v1/{name=shelves/*}', '/v1/{name=**}', '/v1/**', '/v1//x', '/v1/{Bad}'])(
    'refuses %s',
    (source) => {
      expect(() => parsePathTemplate(source)).toThrow(/Path template/);
    },
  );

  it('tells the paths it takes', () => {
    const pattern = toPathPattern(parsePathTemplate('/v1/deals/{deal_id}:win'));
    expect(pattern.test('/v1/deals/5:win')).toBe(true);
    expect(pattern.test('/v1/deals/5')).toBe(false);
    expect(pattern.test('/v1/deals/5/6:win')).toBe(false);
  });
});
