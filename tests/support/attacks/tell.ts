import { craft, one, type Write } from '../craft.ts';
import { lastUnder, type Scene, type Who } from '../scene.ts';
import { type Attack, type Hand, hand } from './attack.ts';

interface Told {
  name: string;
  rule: string;
  code: Attack['code'];
  by?: Who;
  structs(hand: Hand, scene: Scene): Write[];
}

export const tell = ({ structs, ...told }: Told): Attack => ({
  ...told,
  doc: 'feed',
  build(scene) {
    const own = hand(scene, 'feed', told.by);
    return one(own.lease, own.clock, structs(own, scene));
  },
});

export function deleting(scene: Scene, keys: [root: string, key: string][]): Uint8Array {
  const ranges = new Map<number, [number, number][]>();
  for (const [root, key] of keys) {
    const [client, clock] = lastUnder(scene, 'feed', root, key);
    ranges.set(client, [...(ranges.get(client) ?? []), [clock, 1]]);
  }
  return craft({ deletes: [...ranges].map(([client, list]) => [client, list.sort((a, b) => a[0] - b[0])]) });
}
