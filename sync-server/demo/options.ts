/** The words behind `npm run demo --`. */
import { parseArgs } from 'node:util';

export interface DemoOptions {
  fresh: boolean;
  lan: boolean;
  port: number;
  data: string;
}

export const DEMO_PORT = 8080;
export const PORT_MAX = 65_535;
const USAGE =
  'Options: --fresh (a new demo school), --lan (phones in the same network), --port 8081, --data FOLDER';

export function readOptions(
  args: readonly string[],
): { ok: true; options: DemoOptions } | { ok: false; says: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        lan: { type: 'boolean', default: false },
        port: { type: 'string', default: String(DEMO_PORT) },
        data: { type: 'string', default: 'data-demo' },
      },
    });
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port < 1 || port > PORT_MAX)
      return {
        ok: false,
        says: `--port is «${values.port}» and has to be between 1 and ${PORT_MAX}. Example: --port 8081`,
      };
    return { ok: true, options: { ...values, port } };
  } catch (error) {
    return { ok: false, says: `${error instanceof Error ? error.message : String(error)}\n${USAGE}` };
  }
}
