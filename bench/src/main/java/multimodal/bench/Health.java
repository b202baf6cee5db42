package multimodal.bench;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;

/** What a process says of its health. */
public final class Health {

    private Health() {}

    /** Whether the process behind {@code channel} answers that it serves {@code grpcService}, a full name. */
    public static boolean isServing(Channel channel, String grpcService) {
        try {
            return HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService(grpcService)
                                    .build())
                            .getStatus()
                    == ServingStatus.SERVING;
        } catch (StatusRuntimeException notYet) {
            return false;
        }
    }
}
