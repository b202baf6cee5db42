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

        /**
         * Times that a node comes again to a service that is full, after the delay that the service asks for, 0 or more; only
         * where its run would lose what other nodes have done. 0: a full service ends the run.
         */
        @WithDefault("30")
        int maxRefusals();

        /**
         * Nodes of one run that run at once, 1 or more; further ones of it wait. Low values keep one wide graph from taking the
         * place of others.
         */
        @WithDefault("16")
        int maxParallelNodes();

        /**
         * What one run may cost, 1 or more: the sum over its nodes, in units of about one row of the usual size through a model
         * once (a picture of 30 steps: 60). What is beyond is answered with {@code INVALID_ARGUMENT}.
         */
        @WithDefault("20000")
        long maxCost();

        /**
         * What all running workflows may cost together, 1 or more; a run that would be beyond is answered with
         * {@code RESOURCE_EXHAUSTED}.
         */
        @WithDefault("40000")
        long maxRunningCost();

        /** Memory for results that later runs may use, in MiB, 0 (none) or more. */
        @WithDefault("32")
        int cacheMib();

        /** How long such a result may be used. A model that is replaced meanwhile goes unnoticed for so long. */
        @WithDefault("10M")
        Duration cacheLifetime();
    }
}
