/** Counters that an operator needs, as Prometheus text. Labels are names of rules and codes, never of people. */

type Labels = Readonly<Record<string, string>>;

/** Bounds of the histogram of acks, in seconds. */
const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export class Metrics {
  readonly #counts = new Map<string, number>();
  readonly #gauges = new Map<string, () => number>();
  readonly #ack = new Array<number>(ACK_BUCKETS.length + 1).fill(0);
  #ackSum = 0;

  count(name: string, labels?: Labels, by = 1): void {
    const key = `parta_${name}${text(labels)}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  /** A value read when the page of metrics is asked for. */
  gauge(name: string, read: () => number): void {
    this.#gauges.set(`parta_${name}`, read);
  }

  /** Time from taking an intent to its durable acknowledgement. */
  acked(seconds: number): void {
    const found = ACK_BUCKETS.findIndex((bound) => seconds <= bound);
    const bucket = found < 0 ? ACK_BUCKETS.length : found;
    this.#ack[bucket] = (this.#ack[bucket] ?? 0) + 1;
    this.#ackSum += seconds;
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, read] of this.#gauges) lines.push(`# TYPE ${name} gauge`, `${name} ${read()}`);
    const named = new Set<string>();
    for (const [key, value] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const name = key.replace(/\{.*/, '');
      if (!named.has(name)) lines.push(`# TYPE ${name} counter`);
      named.add(name);
      lines.push(`${key} ${value}`);
    }
    lines.push('# TYPE parta_ack_seconds histogram');
    let sum = 0;
    for (const [i, bound] of ACK_BUCKETS.entries()) {
      sum += this.#ack[i] ?? 0;
      lines.push(`parta_ack_seconds_bucket{le="${bound}"} ${sum}`);
    }
    sum += this.#ack[ACK_BUCKETS.length] ?? 0;
    lines.push(`parta_ack_seconds_bucket{le="+Inf"} ${sum}`, `parta_ack_seconds_sum ${this.#ackSum}`);
    lines.push(`parta_ack_seconds_count ${sum}`);
    return `${lines.join('\n')}\n`;
  }
}

function text(labels: Labels | undefined): string {
  if (!labels) return '';
  return `{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value.replace(/[^\w.-]/g, '_')}"`)
    .join(',')}}`;
}
