{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- define "ds-reconciler.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "ds-reconciler.selector" -}}
app.kubernetes.io/name: ds-reconciler
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: reconciler
{{- end }}

{{- define "ds-reconciler.labels" -}}
{{ include "ds-reconciler.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "ds-reconciler.registry" -}}
{{- if .Values.registryEtcd.enabled }}etcd{{ else if .Values.registryJdbc.enabled }}jdbc{{ else }}{{ .Values.externalRegistry.registryPluginName }}{{ end }}
{{- end }}

{{- define "ds-reconciler.registryServers" -}}
{{- if .Values.registryEtcd.enabled }}{{ .Values.registryEtcd.endpoints }}{{ else }}{{ .Values.externalRegistry.registryServers }}{{ end }}
{{- end }}

{{- /* Nothing is guessed: what is missing is refused with what to write. */ -}}
{{- define "ds-reconciler.check" -}}
{{- with .Values }}
{{- $_ := required "image.repository is missing: no registry has the image. Build it (docs/container.md), push it to a registry of yours, and write its name" .image.repository }}
{{- $_ := required "timezone is missing: write that of the masters, `timezone` of DolphinScheduler's chart (its default is Asia/Shanghai). A wrong one runs workflows twice" .timezone }}
{{- $_ := required "externalDatabase.host is missing: write the server of DolphinScheduler's database; RELEASE-postgresql or RELEASE-mysql if DolphinScheduler's chart installed it" .externalDatabase.host }}
{{- $_ := required "externalDatabase.username is missing: write the daemon's database user (docs/transport-security.md has the rights that it needs)" .externalDatabase.username }}
{{- $_ := required "externalDatabase.existingSecret is missing: write the name of the Secret that has the password under the key externalDatabase.existingSecretPasswordKey" .externalDatabase.existingSecret }}
{{- if ne (include "ds-reconciler.registry" $) "jdbc" }}
{{- $_ := required "the registry's servers are missing: write those of the masters into externalRegistry.registryServers or registryEtcd.endpoints, or enable registryJdbc" (include "ds-reconciler.registryServers" $) }}
{{- end }}
{{- if and .metrics.podMonitor.enabled (not .http.existingReadSecret) }}
{{- fail "metrics.podMonitor needs http.existingReadSecret: without a token Prometheus may not read /metrics" }}
{{- end }}
{{- if and .metrics.podMonitor.enabled .networkPolicy.enabled (not .networkPolicy.from) }}
{{- fail "networkPolicy.from is empty: Prometheus could not connect. Write the peers that may, or disable metrics.podMonitor" }}
{{- end }}
{{- if and (eq .mode "sidecar") (not .sidecar.part) }}
{{- fail "mode sidecar is no release of its own: pass docker/helm/post-render to Helm when you install DolphinScheduler's chart (docs/container.md)" }}
{{- end }}
{{- if and (eq .mode "sidecar") (or .metrics.podMonitor.enabled .metrics.prometheusRule.enabled .metrics.dashboard.enabled .networkPolicy.enabled) }}
{{- fail "mode sidecar has no metrics and no networkPolicy: a sidecar listens on its pod's loopback only, and the policy would apply to the master too" }}
{{- end }}
{{- end }}
{{- end }}

{{- /* reconciler.yaml */ -}}
{{- define "ds-reconciler.configuration" -}}
{{- $folder := "/etc/ds-reconciler/credentials" }}
{{- $database := dict "type" .Values.externalDatabase.type "host" .Values.externalDatabase.host "name" .Values.externalDatabase.database
    "user" .Values.externalDatabase.username "password_file" (printf "%s/database.password" $folder) "time_zone" .Values.timezone }}
{{- with .Values.externalDatabase.port }}{{ $_ := set $database "port" (int .) }}{{ end }}
{{- $registry := dict "type" (include "ds-reconciler.registry" .) }}
{{- $servers := include "ds-reconciler.registryServers" . }}
{{- if eq $registry.type "zookeeper" }}{{ $_ := set $registry "connect" $servers }}
{{- else if eq $registry.type "etcd" }}{{ $_ := set $registry "endpoints" $servers }}{{ $_ := set $registry "namespace" .Values.registryEtcd.namespace }}
{{- with .Values.registryEtcd.user }}{{ $_ := set $registry "user" . }}{{ end }}
{{- end }}
{{- $http := dict }}
{{- if eq .Values.mode "deployment" }}{{ $_ := set $http "listen" "0.0.0.0:9530" }}{{ end }}
{{- if .Values.http.existingSecret }}{{ $_ := set $http "token_file" (printf "%s/http.token" $folder) }}{{ end }}
{{- if .Values.http.existingReadSecret }}{{ $_ := set $http "read_token_file" (printf "%s/http.read-token" $folder) }}{{ end }}
{{- $made := dict "registry" $registry "database" $database "failover" (dict "mode" .Values.failover.mode) }}
{{- if $http }}{{ $_ := set $made "http" $http }}{{ end }}
{{- mustMergeOverwrite $made (deepCopy .Values.configuration) | toYaml }}
{{- end }}

{{- /* The container without its probes. */ -}}
{{- define "ds-reconciler.container" -}}
name: ds-reconciler
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  runAsNonRoot: true
  runAsUser: 9530
  runAsGroup: 9530
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
  seccompProfile:
    type: RuntimeDefault
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - {name: ds-reconciler-configuration, mountPath: /etc/ds-reconciler, readOnly: true}
  - {name: ds-reconciler-state, mountPath: /var/lib/ds-reconciler}
  - {name: ds-reconciler-run, mountPath: /run/ds-reconciler}
{{- end }}

{{- /* A sidecar's user reads the files without fsGroup, which would also apply to the master. The other containers of its pod do
not mount them. */ -}}
{{- define "ds-reconciler.volumes" -}}
- name: ds-reconciler-configuration
  projected:
    defaultMode: {{ eq .Values.mode "sidecar" | ternary "0444" "0440" }}
    sources:
      - configMap:
          name: {{ include "ds-reconciler.name" . }}
      - secret:
          name: {{ .Values.externalDatabase.existingSecret }}
          items:
            - {key: {{ .Values.externalDatabase.existingSecretPasswordKey | quote }}, path: credentials/database.password}
      {{- with .Values.http.existingSecret }}
      - secret:
          name: {{ . }}
          items:
            - {key: http.token, path: credentials/http.token}
      {{- end }}
      {{- with .Values.http.existingReadSecret }}
      - secret:
          name: {{ . }}
          items:
            - {key: http.read-token, path: credentials/http.read-token}
      {{- end }}
      {{- range .Values.credentials }}
      - secret:
          name: {{ .secret }}
          items:
            - {key: {{ .key | quote }}, path: {{ printf "credentials/%s" .path | quote }}}
      {{- end }}
# Recordings only; persistent state is in the database.
- name: ds-reconciler-state
  emptyDir: {sizeLimit: 128Mi}
- name: ds-reconciler-run
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
{{- end }}
