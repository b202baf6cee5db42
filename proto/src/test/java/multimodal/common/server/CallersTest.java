package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.ListModelsResponse;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallersTest {
    private final BlockingQueue<String> callers = new LinkedBlockingQueue<>();
    private final Callers interceptor = new Callers();
    private LoopbackServer service;
    private LoopbackServer gateway;

    @BeforeEach
    void start() throws Exception {
        service = new LoopbackServer(
                new ModelServiceGrpc.ModelServiceImplBase() {
                    @Override
                    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
                        callers.add(Callers.current());
                        observer.onNext(ListModelsResponse.getDefaultInstance());
                        observer.onCompleted();
                    }
                },
                interceptor);
        gateway = new LoopbackServer(
                new ModelServiceGrpc.ModelServiceImplBase() {
                    @Override
                    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
                        ModelServiceGrpc.newStub(ClientInterceptors.intercept(service.channel(), interceptor))
                                .listModels(request, observer);
                    }
                },
                interceptor);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        service.close();
    }

    @Test
    void theApiKeyNamesTheCaller() throws Exception {
        list(service, "x-api-key", "alice");

        assertThat(callers.take()).isEqualTo("alice");
    }

    @Test
    void withoutAKeyTheAddressDoes() throws Exception {
        list(service, "other", "header");

        assertThat(callers.take()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void aGatewayTellsForWhomItCalls() throws Exception {
        list(gateway, "x-api-key", "alice");
        assertThat(callers.take()).isEqualTo("alice");

        list(gateway, "other", "header");
        assertThat(callers.take()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void outsideOfACallThereIsNone() throws Exception {
        assertThat(Context.ROOT.call(Callers::current)).isEmpty();
    }

    private static void list(LoopbackServer server, String header, String value) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
        ModelServiceGrpc.newBlockingStub(server.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .listModels(ListModelsRequest.getDefaultInstance());
    }
}
