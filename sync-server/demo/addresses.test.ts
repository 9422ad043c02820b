import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { lanAddresses } from './addresses.ts';

const at = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

test('[R782] the Wi-Fi comes before the networks that are inside the computer, its own loopback never', () => {
  const interfaces = {
    lo: [at('127.0.0.1', true)],
    docker0: [at('172.17.0.1')],
    wlan0: [at('192.168.1.5'), at('fe80::1')],
    eth1: undefined,
  };
  expect(lanAddresses(interfaces)).toEqual(['192.168.1.5', '172.17.0.1']);
  expect(lanAddresses({ lo: interfaces.lo })).toEqual([]);
});
