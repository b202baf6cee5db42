package multimodal.client.fleet;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/** Plain channels to a fleet. */
final class Channels {

    private static final int MAX_MESSAGE_BYTES = 32 << 20;

    private Channels() {}

    static ManagedChannel open(String address) {
        return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }
}
