import { BlockList, isIP } from 'node:net';

/**
 * Where an address lies. `PUBLIC`: on the internet. `PRIVATE`: in a home, an office or this machine, which only a
 * development switch opens. `NEVER`: what no switch opens, such as the metadata services of clouds.
 */
export type Reach = 'PUBLIC' | 'PRIVATE' | 'NEVER';

const privateNetworks = blockList(
  '10.0.0.0/8',
  '100.64.0.0/10', // behind the address translation of a provider; also private meshes
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
);

/** Metadata services that lie within private networks. The usual one, 169.254.169.254, is link-local. */
const metadata = blockList('100.100.100.200/32', 'fd00:ec2::254/128', 'fd20:ce::254/128');

/** Special purposes within IPv4, by IANA's registry. */
const specialV4 = blockList(
  '0.0.0.0/8', // this network, unspecified
  '169.254.0.0/16', // link-local
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
);

/**
 * What of IPv6 is public at all. Everything else is special: unspecified, loopback, IPv4 mapped, compatible and
 * translated (64:ff9b::/96), discard, unique local, link-local, site-local, multicast.
 */
const globalV6 = blockList('2000::/3');

/** Special purposes within that. */
const specialV6 = blockList(
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
);

/** Where an address as `dns.lookup` or a URL gives it lies. What is no address lies nowhere: `NEVER`. */
export function reachOf(address: string): Reach {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return 'NEVER';
  const type = family === 4 ? 'ipv4' : 'ipv6';
  // A list of one family matches the other one through mapped addresses; those are special as such.
  if (family === 6 && isEmbedded(address)) return 'NEVER';
  if (metadata.check(address, type)) return 'NEVER';
  if (privateNetworks.check(address, type)) return 'PRIVATE';
  if (family === 4) return specialV4.check(address, type) ? 'NEVER' : 'PUBLIC';
  return globalV6.check(address, type) && !specialV6.check(address, type) ? 'PUBLIC' : 'NEVER';
}

const embedded = blockList('::ffff:0:0/96');
const isEmbedded = (address: string) => embedded.check(address, 'ipv6');

function blockList(...networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
