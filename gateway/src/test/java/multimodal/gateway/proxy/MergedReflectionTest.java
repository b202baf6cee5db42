package multimodal.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.gateway.testing.RecordingClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class MergedReflectionTest {
    private static final String V1 = "grpc.reflection.v1.ServerReflection";
    private static final String V1ALPHA = "grpc.reflection.v1alpha.ServerReflection";
    private static final String[] ALL_SERVICES = {
        "grpc.health.v1.Health",
        V1,
        V1ALPHA,
        "multimodal.clip.v1.ClipService",
        "multimodal.clip.v1.VisionLanguageService",
        "multimodal.common.v1.ModelService",
        "multimodal.gateway.v1.WorkflowService",
        "multimodal.image.v1.ImageService"
    };

    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension();

    @Test
    void theListHasTheServicesOfAllProcesses() throws Exception {
        assertThat(services(V1)).containsExactly(ALL_SERVICES);
        assertThat(services(V1ALPHA)).containsExactly(ALL_SERVICES);
    }

    @Test
    void aServiceThatIsDownIsLeftOut() throws Exception {
        gateway.fleet().killImage();

        assertThat(services(V1))
                .contains("multimodal.clip.v1.ClipService")
                .doesNotContain("multimodal.image.v1.ImageService");
    }

    @Test
    void symbolsOfAnyProcessAreDescribed() throws Exception {
        assertThat(files(symbol("multimodal.gateway.v1.WorkflowService")))
                .contains("multimodal/gateway/v1/workflow_service.proto", "multimodal/common/v1/media.proto");
        assertThat(files(symbol("multimodal.image.v1.ImageService")))
                .contains("multimodal/image/v1/image_service.proto");
        assertThat(files(symbol("multimodal.clip.v1.ClipService.Embed")))
                .contains("multimodal/clip/v1/clip_service.proto");
        assertThat(files(ServerReflectionRequest.newBuilder()
                        .setFileByFilename("multimodal/clip/v1/embedding.proto")
                        .build()))
                .contains("multimodal/clip/v1/embedding.proto");
    }

    @Test
    void anUnknownSymbolIsNotFound() throws Exception {
        ServerReflectionResponse response = ask(V1, symbol("no.such.Thing")).get(0);

        assertThat(response.getErrorResponse().getErrorCode()).isEqualTo(5);
    }

    @Test
    void answersComeInTheOrderOfTheQuestions() throws Exception {
        List<ServerReflectionResponse> responses = ask(
                V1,
                symbol("multimodal.image.v1.ImageService"),
                symbol("multimodal.gateway.v1.WorkflowService"),
                symbol("no.such.Thing"));

        assertThat(responses)
                .extracting(response -> response.getOriginalRequest().getFileContainingSymbol())
                .containsExactly(
                        "multimodal.image.v1.ImageService", "multimodal.gateway.v1.WorkflowService", "no.such.Thing");
    }

    private List<String> services(String reflection) throws Exception {
        ServerReflectionRequest list =
                ServerReflectionRequest.newBuilder().setListServices("").build();
        return ask(reflection, list).get(0).getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .toList();
    }

    private List<String> files(ServerReflectionRequest request) throws Exception {
        List<String> names = new ArrayList<>();
        ask(V1, request)
                .get(0)
                .getFileDescriptorResponse()
                .getFileDescriptorProtoList()
                .forEach(bytes -> {
                    try {
                        names.add(FileDescriptorProto.parseFrom(bytes).getName());
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                });
        return names;
    }

    private static ServerReflectionRequest symbol(String symbol) {
        return ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(symbol)
                .build();
    }

    private List<ServerReflectionResponse> ask(String reflection, ServerReflectionRequest... questions)
            throws Exception {
        MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> method =
                MethodDescriptor.<ServerReflectionRequest, ServerReflectionResponse>newBuilder()
                        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                        .setFullMethodName(reflection + "/ServerReflectionInfo")
                        .setRequestMarshaller(ProtoUtils.marshaller(ServerReflectionRequest.getDefaultInstance()))
                        .setResponseMarshaller(ProtoUtils.marshaller(ServerReflectionResponse.getDefaultInstance()))
                        .build();
        RecordingClient<ServerReflectionRequest, ServerReflectionResponse> client = RecordingClient.eager();
        StreamObserver<ServerReflectionRequest> requests =
                ClientCalls.asyncBidiStreamingCall(gateway.channel().newCall(method, CallOptions.DEFAULT), client);
        for (ServerReflectionRequest question : questions) {
            requests.onNext(question);
        }
        requests.onCompleted();
        assertThat(client.end().isOk()).isTrue();
        return client.rest();
    }
}
