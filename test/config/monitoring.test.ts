import { decideMonitoring, type MonitoringSwitches } from '../../src/config/monitoring';

const own = { userWorkloadMonitoring: false, prometheus: true, serviceMonitors: true };
const others = { userWorkloadMonitoring: false, prometheus: false, serviceMonitors: true };
const none = { userWorkloadMonitoring: false, prometheus: false, serviceMonitors: false };
const userWorkload = { userWorkloadMonitoring: true, prometheus: false, serviceMonitors: true };

test.each<[MonitoringSwitches, object, object]>([
  [{}, own, userWorkload],
  [{ prometheus: true }, own, own],
  [{ prometheus: false }, none, none],
  [{ prometheus: false, serviceMonitors: true }, others, others],
  [{ userWorkloadMonitoring: false }, own, own],
  [{ userWorkloadMonitoring: false, prometheus: false, serviceMonitors: true }, others, others],
])('%j is %j on Kubernetes, %j on OpenShift', (said, onKubernetes, onOpenShift) => {
  expect(decideMonitoring('kubernetes', said)).toEqual(onKubernetes);
  expect(decideMonitoring('openshift', said)).toEqual(onOpenShift);
});

test('what goes with user workload monitoring may be said beside it', () => {
  const said = { userWorkloadMonitoring: true, prometheus: false, serviceMonitors: true };
  expect(decideMonitoring('openshift', said)).toEqual(userWorkload);
});

test('nothing said at all is as an empty map', () => {
  expect(decideMonitoring('kubernetes')).toEqual(own);
});
