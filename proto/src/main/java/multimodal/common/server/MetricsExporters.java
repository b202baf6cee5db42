package multimodal.common.server;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Posts the metrics of this process as {@link MetricsConfig} says. */
@Singleton
public class MetricsExporters {
    @Produces
    @Singleton
    OtlpMeterRegistry otlp(MetricsConfig config, @ConfigProperty(name = "quarkus.application.name") String service) {
        OtlpMeterRegistry registry = new OtlpMeterRegistry(new Settings(config, service), Clock.SYSTEM);
        if (config.exporter() == MetricsConfig.Exporter.NONE) {
            // Nobody reads it, so it shall count nothing either.
            registry.config().meterFilter(MeterFilter.deny());
        }
        return registry;
    }

    /** Posts what is left. */
    void close(@Disposes OtlpMeterRegistry registry) {
        registry.close();
    }

    private record Settings(MetricsConfig config, String service) implements OtlpConfig {
        @Override
        public String get(String key) {
            return null;
        }

        @Override
        public boolean enabled() {
            return config.exporter() == MetricsConfig.Exporter.OTLP;
        }

        @Override
        public String url() {
            return config.endpoint();
        }

        @Override
        public Duration step() {
            return config.interval();
        }

        @Override
        public Map<String, String> resourceAttributes() {
            return Map.of("service.name", service);
        }

        @Override
        public TimeUnit baseTimeUnit() {
            return TimeUnit.SECONDS;
        }
    }
}
