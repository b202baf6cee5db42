package multimodal.common.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.util.ForwardingLoadBalancerHelper;
import io.grpc.util.ForwardingSubchannel;

/**
 * gRPC's {@code round_robin}, whose watches over the health of instances belong to no caller.
 *
 * <p>gRPC sets a connection up on whichever thread is at hand, now and then that of a call, and begins to watch the health in
 * that call's {@link Context}. When the call ended, its context took the watch with it: the instance counted as unhealthy, and
 * calls to it failed for a second.
 */
final class FleetRoundRobin extends LoadBalancerProvider {
    /** The name that a service config calls it by. */
    static final String POLICY = "fleet_round_robin";

    private static final int PRIORITY = 5;

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public int getPriority() {
        return PRIORITY;
    }

    @Override
    public String getPolicyName() {
        return POLICY;
    }

    @Override
    public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
        // The one that watches health where grpc-services is on the class path.
        return LoadBalancerRegistry.getDefaultRegistry()
                .getProvider("round_robin")
                .newLoadBalancer(new CallerlessHelper(helper));
    }

    private static final class CallerlessHelper extends ForwardingLoadBalancerHelper {
        private final LoadBalancer.Helper helper;

        CallerlessHelper(LoadBalancer.Helper helper) {
            this.helper = helper;
        }

        @Override
        protected LoadBalancer.Helper delegate() {
            return helper;
        }

        @Override
        public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
            return new CallerlessSubchannel(super.createSubchannel(args));
        }
    }

    private static final class CallerlessSubchannel extends ForwardingSubchannel {
        private final LoadBalancer.Subchannel subchannel;

        CallerlessSubchannel(LoadBalancer.Subchannel subchannel) {
            this.subchannel = subchannel;
        }

        @Override
        protected LoadBalancer.Subchannel delegate() {
            return subchannel;
        }

        /** What the balancer's own calls go through, and no others. */
        @Override
        public Channel asChannel() {
            return new CallerlessChannel(super.asChannel());
        }
    }

    private static final class CallerlessChannel extends Channel {
        private final Channel channel;

        CallerlessChannel(Channel channel) {
            this.channel = channel;
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            Context caller = Context.ROOT.attach();
            try {
                return channel.newCall(method, options);
            } finally {
                Context.ROOT.detach(caller);
            }
        }

        @Override
        public String authority() {
            return channel.authority();
        }
    }
}
