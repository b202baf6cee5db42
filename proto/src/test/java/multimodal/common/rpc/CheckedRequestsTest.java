package multimodal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.BadRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import multimodal.common.v1.ModelRef;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CheckedRequestsTest {
    private static final ByteString NOT_UTF8 = ByteString.fromHex("61ff62");

    private LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        ImageServiceGrpc.ImageServiceImplBase service = new ImageServiceGrpc.ImageServiceImplBase() {
            @Override
            public void generateImage(GenerateImageRequest request, StreamObserver<GenerateImageResponse> observer) {
                observer.onCompleted();
            }
        };
        server = new LoopbackServer(() -> CheckedRequests.of(service.bindService()));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void everyTextThatIsNotUtf8IsNamed() {
        UnknownFieldSet model = field(ModelRef.NAME_FIELD_NUMBER, NOT_UTF8);
        UnknownFieldSet request = UnknownFieldSet.newBuilder()
                .mergeFrom(field(GenerateImageRequest.PROMPT_FIELD_NUMBER, NOT_UTF8))
                .mergeFrom(field(GenerateImageRequest.MODEL_FIELD_NUMBER, model.toByteString()))
                .build();

        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> send(request));

        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList())
                .extracting(BadRequest.FieldViolation::getDescription)
                .containsExactly(
                        "model.name: not UTF-8 (expected: text in UTF-8)",
                        "prompt: not UTF-8 (expected: text in UTF-8)");
    }

    @Test
    void bytesThatAreNoMessageAreRefused() {
        UnknownFieldSet broken = field(GenerateImageRequest.MODEL_FIELD_NUMBER, NOT_UTF8);

        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> send(broken));

        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure).hasMessageContaining("a message of type GenerateImageRequest");
    }

    @Test
    void soundRequestsPass() {
        send(field(GenerateImageRequest.PROMPT_FIELD_NUMBER, ByteString.copyFromUtf8("古堡")));
    }

    @Test
    void theSchemaStaysForReflection() {
        var service = CheckedRequests.of(new ImageServiceGrpc.ImageServiceImplBase() {}.bindService());

        assertThat(service.getServiceDescriptor().getSchemaDescriptor())
                .isSameAs(ImageServiceGrpc.getServiceDescriptor().getSchemaDescriptor());
    }

    private static UnknownFieldSet field(int number, ByteString value) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(value)
                                .build())
                .build();
    }

    /** Sends fields as they are, through a message without a schema. */
    private void send(UnknownFieldSet fields) {
        DynamicMessage empty = DynamicMessage.getDefaultInstance(Empty.getDescriptor());
        MethodDescriptor<DynamicMessage, GenerateImageResponse> method =
                ImageServiceGrpc.getGenerateImageMethod().toBuilder(
                                ProtoUtils.marshaller(empty),
                                ProtoUtils.marshaller(GenerateImageResponse.getDefaultInstance()))
                        .build();
        DynamicMessage request = empty.toBuilder().setUnknownFields(fields).build();
        ClientCalls.blockingServerStreamingCall(server.channel(), method, CallOptions.DEFAULT, request)
                .forEachRemaining(response -> {});
    }
}
