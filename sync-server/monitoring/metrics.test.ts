import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

const SAMPLE =
  /^(parta_[a-z_]+)(\{[a-z]+="[\w.+-]*"(?:,[a-z]+="[\w.+-]*")*\})? (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

test('[R338] the page of metrics is what Prometheus reads: each with its help, its type and its numbers together', () => {
  const metrics = new Metrics();
  metrics.gauge('rooms', () => 3);
  metrics.count('refusals_total', { code: 'not-a-member' });
  metrics.count('closed_total', { why: 'quote"and\nline' });
  metrics.count('refusals_total', { code: 'stale' }, 2);
  metrics.count('erasures_total');
  for (const seconds of [0.0004, 0.003, 0.003, 9]) metrics.acked(seconds);
  const families = read(metrics.text());
  expect([...families.keys()]).toEqual([
    'parta_rooms',
    'parta_closed_total',
    'parta_erasures_total',
    'parta_refusals_total',
    'parta_ack_seconds',
  ]);
  expect(families.get('parta_refusals_total')).toEqual({
    type: 'counter',
    samples: [
      ['parta_refusals_total{code="not-a-member"}', 1],
      ['parta_refusals_total{code="stale"}', 2],
    ],
  });
  const ack = families.get('parta_ack_seconds')?.samples ?? [];
  const buckets = ack.filter(([name]) => name.includes('_bucket')).map(([, value]) => value);
  expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
  expect([buckets[0], buckets.at(-2), buckets.at(-1)]).toEqual([1, 3, 4]);
  expect(new Map(ack).get('parta_ack_seconds_count')).toBe(4);
});

/** Reads as strictly as promtool: a family is a HELP, a TYPE and its samples, without a gap. */
function read(page: string) {
  expect(page.endsWith('\n')).toBe(true);
  const families = new Map<string, { type: string; samples: [string, number][] }>();
  let now = '';
  for (const line of page.trimEnd().split('\n')) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      expect(families.has(name), name).toBe(false);
      families.set(name, { type: '', samples: [] });
      now = name;
    } else if (word === 'TYPE') {
      expect(name).toBe(now);
      families.set(name, { type: rest, samples: [] });
    } else {
      const [, sample = '', labels = '', value] = SAMPLE.exec(line) ?? [];
      expect(sample.replace(/_(bucket|sum|count)$/, ''), line).toBe(now);
      families.get(now)?.samples.push([sample + labels, Number(value)]);
    }
  }
  return families;
}
