import { MaasPlatform, readConfiguration, synthesize } from 'cdk8s-maas';

synthesize((app) => {
  new MaasPlatform(app, 'maas', readConfiguration('maas.yaml'));
});
