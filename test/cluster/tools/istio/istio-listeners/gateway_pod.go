package main

import (
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// The pod that istiod deploys for a Gateway, as far as the translation asks for it: names and ports as in
// pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go, labels and annotations as in
// manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml of istio.io/istio.

const (
	podAddress   = "10.0.0.10"
	statusPort   = 15021
	istioVersion = "1.31.0"
)

func deploymentName(gateway *gatewayv1.Gateway) string {
	return gateway.Name + "-" + string(gateway.Spec.GatewayClassName)
}

func podLabels(gateway *gatewayv1.Gateway) map[string]string {
	labels := map[string]string{
		"sidecar.istio.io/inject":                      "false",
		"service.istio.io/canonical-name":              deploymentName(gateway),
		"service.istio.io/canonical-revision":          "latest",
		"gateway.networking.k8s.io/gateway-name":       gateway.Name,
		"gateway.networking.k8s.io/gateway-class-name": string(gateway.Spec.GatewayClassName),
		"gateway.istio.io/managed":                     "istio.io-gateway-controller",
	}
	if gateway.Spec.Infrastructure != nil {
		for name, value := range gateway.Spec.Infrastructure.Labels {
			labels[string(name)] = string(value)
		}
	}
	return labels
}

func podAnnotations(gateway *gatewayv1.Gateway) map[string]string {
	annotations := map[string]string{"istio.io/rev": "default"}
	if gateway.Spec.Infrastructure != nil {
		for name, value := range gateway.Spec.Infrastructure.Annotations {
			annotations[string(name)] = string(value)
		}
	}
	return annotations
}

func gatewayPod(gateway *gatewayv1.Gateway) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name:        deploymentName(gateway) + "-0",
			Namespace:   gateway.Namespace,
			Labels:      podLabels(gateway),
			Annotations: podAnnotations(gateway),
		},
		Spec: corev1.PodSpec{ServiceAccountName: deploymentName(gateway)},
		Status: corev1.PodStatus{
			Phase:      corev1.PodRunning,
			PodIP:      podAddress,
			PodIPs:     []corev1.PodIP{{IP: podAddress}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	}
}

// deployedFor gives the pod with its Service and endpoints.
func deployedFor(gateway *gatewayv1.Gateway) []runtime.Object {
	pod := gatewayPod(gateway)
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{
			Name: deploymentName(gateway), Namespace: gateway.Namespace, Labels: podLabels(gateway),
		},
		Spec: corev1.ServiceSpec{
			ClusterIP: "10.96.0.10",
			Ports:     servicePorts(gateway),
			Selector:  map[string]string{"gateway.networking.k8s.io/gateway-name": gateway.Name},
		},
	}
	return []runtime.Object{pod, service, endpoints(service, pod)}
}

func servicePorts(gateway *gatewayv1.Gateway) []corev1.ServicePort {
	ports := []corev1.ServicePort{servicePort("status-port", statusPort, "tcp")}
	seen := map[int32]bool{statusPort: true}
	for _, listener := range gateway.Spec.Listeners {
		if seen[listener.Port] {
			continue
		}
		seen[listener.Port] = true
		ports = append(ports, servicePort(string(listener.Name), listener.Port, strings.ToLower(string(listener.Protocol))))
	}
	return ports
}

// servicePort has the target port that the API server fills in; without it istiod listens on port 0.
func servicePort(name string, port int32, protocol string) corev1.ServicePort {
	return corev1.ServicePort{Name: name, Port: port, TargetPort: intstr.FromInt32(port), AppProtocol: &protocol}
}

func endpoints(service *corev1.Service, pod *corev1.Pod) *discoveryv1.EndpointSlice {
	ready := true
	labels := maps.Clone(service.Labels)
	labels[discoveryv1.LabelServiceName] = service.Name
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: service.Name, Namespace: service.Namespace, Labels: labels},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints: []discoveryv1.Endpoint{{
			Addresses:  []string{podAddress},
			Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Name: pod.Name, Namespace: pod.Namespace},
		}},
	}
	for index := range service.Spec.Ports {
		port := &service.Spec.Ports[index]
		slice.Ports = append(slice.Ports, discoveryv1.EndpointPort{Name: &port.Name, Port: &port.Port})
	}
	return slice
}
