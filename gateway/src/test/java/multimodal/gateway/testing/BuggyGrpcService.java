package multimodal.gateway.testing;

import com.google.protobuf.Empty;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.quarkus.grpc.GrpcService;

/** A service whose one method has a bug. */
@GrpcService
public class BuggyGrpcService implements BindableService {
    public static final MethodDescriptor<Empty, Empty> THROW = MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("test.Buggy/Throw")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("test.Buggy")
                .addMethod(THROW, ServerCalls.asyncUnaryCall((request, observer) -> {
                    throw new IllegalStateException("secret");
                }))
                .build();
    }
}
