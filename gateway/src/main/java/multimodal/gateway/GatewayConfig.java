package multimodal.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings of the gateway. */
@ConfigMapping(prefix = "gateway")
public interface GatewayConfig {
    /** The services below, by the name in their proto package ({@code image} for {@code multimodal.image.v1}). */
    Map<String, Service> services();

    /** How workflows run. */
    Workflow workflow();

    /** A service below. */
    interface Service {
        /**
         * Where its instances are, {@code host:port} each; a host name stands for every address that it resolves to, as that of
         * a headless Kubernetes Service does. Calls take turns over the instances that serve.
         */
        List<String> addresses();

        /** Full names of its gRPC services: their calls are passed through, and their health is told here too. */
        List<String> grpcServices();
    }

    /** Limits and retries of workflows. */
    interface Workflow {
        /** Most workflows that run at once, 1 or more; further ones are answered with {@code RESOURCE_EXHAUSTED}. */
        @WithDefault("64")
        int maxRunning();

        /** Most nodes that run at once, 1 or more; further ones wait. */
        @WithDefault("128")
        int maxRunningNodes();

        /** Tries of a node whose service cannot be reached, 1 (no retry) or more. */
        @WithDefault("4")
        int maxAttempts();

        /** Wait before the second try; doubles with each further one. */
        @WithDefault("0.25S")
        Duration initialRetryDelay();
    }
}
