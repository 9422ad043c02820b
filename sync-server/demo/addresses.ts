/** Where this computer is reached in its own network (IPv4), the likeliest first. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** Networks inside this computer, and tunnels: a phone in the room is in none of them. */
const VIRTUAL = /^(docker|br-|veth|virbr|vbox|vmnet|bridge|tun|tap|utun|wg|tailscale|zt)/;

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

export function lanAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  const named = Object.entries(interfaces).flatMap(([name, list = []]) =>
    list
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ name, address })),
  );
  const isVirtual = ({ name }: { name: string }) => Number(VIRTUAL.test(name));
  return named.sort((a, b) => isVirtual(a) - isVirtual(b)).map(({ address }) => address);
}
