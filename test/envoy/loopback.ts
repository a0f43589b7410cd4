/** An address of the loopback interface, as Envoy's configuration has it; port 0 is any free one. */
export function loopback(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

/** What makes a cluster have one endpoint, on the loopback interface. */
export function oneEndpoint(clusterName: string, port: number): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }];
  return { type: 'STATIC', load_assignment: { cluster_name: clusterName, endpoints } };
}
