/** The bridge from the engine's events to runes: reading through it makes a template follow the device. */
import { createSubscriber } from 'svelte/reactivity';
import type { Device, Topic } from './types.ts';

/** Reads `read()` and makes the reader (a template, a `$derived`) run again when one of the topics fires. */
export function live(device: Device, topics: readonly Topic[]): <T>(read: () => T) => T {
  const follow = createSubscriber((update) =>
    device.subscribe((topic) => {
      if (topics.includes(topic)) update();
    }),
  );
  // Following costs an effect each time; a hundred readers of one page share this one. A new object each time it fires.
  const pulse = $derived.by(() => {
    follow();
    return {};
  });
  return (read) => {
    void pulse;
    return read();
  };
}
