/** Counters that an operator needs, as Prometheus text. Labels are names of rules and codes, never of people. */

type Labels = Readonly<Record<string, string>>;

/** Every metric there is, and what its number says. */
const HELP = {
  start_time_seconds: 'When this relay started, in seconds since 1970.',
  connections: 'Connections that are open: lines of browsers and stock providers.',
  strangers: 'Connections of people who are not known yet, or no more.',
  rooms: 'Rooms in memory.',
  room_queue_depth: 'Intents that wait for their turn in a room.',
  commit_queue_depth: 'Writes that wait for a commit.',
  storage_refuses: '1 while the disk takes nothing and nothing is acknowledged.',
  resident_bytes: 'Memory of the process.',
  log_bytes: 'Size of the database of rooms with its write-ahead log.',
  registry_bytes: 'Size of the registry of the school, about.',
  acts_total: 'Acts that were accepted, by kind.',
  refusals_total: 'Intents that were refused, by rule.',
  closed_total: 'Connections that the relay closed, by the name of the code.',
  crowded_total: 'Connections of people who are not known that had to make room for others.',
  requests_refused_total: 'HTTP requests that got no for an answer, by code.',
  erasures_total: 'Documents whose deleted text was erased from the disk.',
  trouble_total: 'Faults of the relay itself, by the event in its log.',
  ack_seconds: 'From taking an intent to its durable acknowledgement.',
} as const;
type Name = keyof typeof HELP;
type Counter = Extract<Name, `${string}_total`>;

/** Bounds of the histogram of acks, in seconds. */
const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export class Metrics {
  /** Samples of each counter, by their labels. */
  readonly #counts = new Map<Counter, Map<string, number>>();
  readonly #gauges = new Map<Name, () => number>();
  readonly #ack = new Array<number>(ACK_BUCKETS.length + 1).fill(0);
  #ackSum = 0;

  count(name: Counter, labels?: Labels, by = 1): void {
    const samples = this.#counts.get(name) ?? new Map<string, number>();
    const key = text(labels);
    this.#counts.set(name, samples.set(key, (samples.get(key) ?? 0) + by));
  }

  /** A value read when the page of metrics is asked for. */
  gauge(name: Name, read: () => number): void {
    this.#gauges.set(name, read);
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
    for (const [name, read] of this.#gauges) lines.push(...head(name, 'gauge'), `parta_${name} ${read()}`);
    for (const [name, samples] of [...this.#counts].sort(byKey)) {
      lines.push(...head(name, 'counter'));
      for (const [labels, value] of [...samples].sort(byKey)) lines.push(`parta_${name}${labels} ${value}`);
    }
    lines.push(...head('ack_seconds', 'histogram'));
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

function head(name: Name, type: 'gauge' | 'counter' | 'histogram'): [string, string] {
  return [`# HELP parta_${name} ${HELP[name]}`, `# TYPE parta_${name} ${type}`];
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function text(labels: Labels | undefined): string {
  if (!labels) return '';
  return `{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value.replace(/[^\w.-]/g, '_')}"`)
    .join(',')}}`;
}
