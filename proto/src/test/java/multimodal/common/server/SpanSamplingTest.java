package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanSamplingTest {
    @ParameterizedTest
    @ValueSource(strings = {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"})
    void probesLeaveNoSpans(String service) {
        assertThat(isSampled(Sampler.alwaysOn(), SpanKind.SERVER, service)).isFalse();
        assertThat(isSampled(Sampler.alwaysOn(), SpanKind.CLIENT, service)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void otherCallsAreForTheConfiguredSamplerToJudge(SpanKind kind) {
        String service = "multimodal.clip.v1.ClipService";
        assertThat(isSampled(Sampler.alwaysOn(), kind, service)).isTrue();
        assertThat(isSampled(Sampler.alwaysOff(), kind, service)).isFalse();
    }

    @Test
    void whatAProbeCausesLeavesNoSpansEither() {
        try (SdkTracerProvider provider = provider(Sampler.parentBased(Sampler.alwaysOn()))) {
            Tracer tracer = provider.get("test");
            Span probe = tracer.spanBuilder("Check")
                    .setAttribute("rpc.service", "grpc.health.v1.Health")
                    .startSpan();
            Span child = tracer.spanBuilder("work")
                    .setParent(Context.root().with(probe))
                    .startSpan();
            assertThat(child.getSpanContext().isSampled()).isFalse();
        }
    }

    @Test
    void nothingIsSampledThatNobodyTakes() {
        SpanSampling sampling = new SpanSampling(new FixedTracingConfig(TracingConfig.Exporter.NONE));
        assertThat(sampling.sampler(Sampler.alwaysOn())).isEqualTo(Sampler.alwaysOff());
    }

    private static boolean isSampled(Sampler configured, SpanKind kind, String service) {
        try (SdkTracerProvider provider = provider(configured)) {
            return provider.get("test")
                    .spanBuilder("call")
                    .setSpanKind(kind)
                    .setAttribute("rpc.service", service)
                    .startSpan()
                    .getSpanContext()
                    .isSampled();
        }
    }

    private static SdkTracerProvider provider(Sampler configured) {
        return SdkTracerProvider.builder()
                .setSampler(new SpanSampling(new FixedTracingConfig(TracingConfig.Exporter.OTLP)).sampler(configured))
                .build();
    }

    private record FixedTracingConfig(Exporter exporter) implements TracingConfig {
        @Override
        public Optional<String> endpoint() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> file() {
            return Optional.empty();
        }
    }
}
