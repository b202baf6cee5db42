package multimodal.common.server;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Which spans are made: none where none are exported; otherwise what the configured sampler takes, but for calls of health
 * and reflection, made or answered, for probes would hide the work.
 */
@Singleton
public class SpanSampling implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {
    private static final AttributeKey<String> RPC_SERVICE = AttributeKey.stringKey("rpc.service");

    private final TracingConfig config;

    @Inject
    SpanSampling(TracingConfig config) {
        this.config = config;
    }

    @Override
    public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
        builder.addSamplerCustomizer((configured, properties) -> sampler(configured));
    }

    Sampler sampler(Sampler configured) {
        return config.exporter() == TracingConfig.Exporter.NONE
                ? Sampler.alwaysOff()
                : new WithoutInfrastructure(configured);
    }

    /** What {@code configured} takes, but for the calls of health and reflection. */
    private record WithoutInfrastructure(Sampler configured) implements Sampler {
        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            String service = attributes.get(RPC_SERVICE);
            return service != null && ServingState.isInfrastructure(service)
                    ? SamplingResult.drop()
                    : configured.shouldSample(parent, traceId, name, kind, attributes, links);
        }

        @Override
        public String getDescription() {
            return "WithoutInfrastructure{" + configured.getDescription() + "}";
        }
    }
}
