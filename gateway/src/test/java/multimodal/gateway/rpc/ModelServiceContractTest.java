package multimodal.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.ListModelsResponse;
import multimodal.common.v1.LoadModelRequest;
import multimodal.common.v1.LoadModelResponse;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.UnloadModelRequest;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;
import multimodal.gateway.testing.GatewayExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The models of all services at the gateway's address. */
@Timeout(60)
class ModelServiceContractTest {

    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension();

    @Test
    void theModelsOfAllServicesAreListedWithTheirService() {
        ListModelsResponse all = stub().listModels(ListModelsRequest.getDefaultInstance());

        assertThat(all.getModelsList())
                .extracting(ModelServiceContractTest::text)
                .containsExactly("clip captioner/1", "clip captioner/2", "image painter/1");
        assertThat(all.getSilentServicesList()).isEmpty();
    }

    @Test
    void aServiceThatIsDownIsNamedAndTheOthersAreListed() throws Exception {
        gateway.fleet().killImage();

        ListModelsResponse all = stub().listModels(ListModelsRequest.getDefaultInstance());

        assertThat(all.getSilentServicesList()).containsExactly("image");
        assertThat(all.getModelsList()).hasSize(2);
        assertThat(failure(() -> load("painter", "")).getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void aChangeGoesToTheServiceThatHasTheName() {
        LoadModelResponse response = load("painter", "1");

        assertThat(text(response.getModel())).isEqualTo("image painter/1");
        assertThat(gateway.fleet().imageModels.changes).containsExactly(request("painter", "1"));
        assertThat(gateway.fleet().clipModels.changes).isEmpty();
    }

    @Test
    void theServicesRefusalComesThrough() {
        UnloadModelRequest request = UnloadModelRequest.newBuilder()
                .setModel(ModelRef.newBuilder().setName("captioner"))
                .build();

        StatusRuntimeException error = failure(() -> stub().unloadModel(request));

        assertThat(error.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
        assertThat(error.getStatus().getDescription()).isEqualTo("not here");
        assertThat(gateway.fleet().clipModels.changes).containsExactly(request);
    }

    @Test
    void whatNoServiceHasIsNotFoundAndToldWithWhatThereIs() {
        StatusRuntimeException name = failure(() -> load("sculptor", ""));
        assertThat(name.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(name.getStatus().getDescription())
                .isEqualTo("model.name: sculptor (expected: one of [captioner, painter])");
        StatusRuntimeException version = failure(() -> load("captioner", "3"));
        assertThat(version.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(version.getStatus().getDescription()).isEqualTo("model.version: 3 (expected: one of [1, 2])");
    }

    @Test
    void aNameThatIsNoneIsInvalid() {
        StatusRuntimeException error = failure(() -> load("../painter", "a b"));

        assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.getStatus().getDescription()).contains("model.name: ../painter", "model.version: a b");
    }

    @Test
    void watchingTellsOfAllServicesAndGoesOnWhenOneComesBack() {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            Iterator<WatchModelsResponse> states = stub().watchModels(WatchModelsRequest.getDefaultInstance());

            assertThat(Set.of(
                            text(states.next().getModel()),
                            text(states.next().getModel()),
                            text(states.next().getModel())))
                    .isEqualTo(new TreeSet<>(List.of("clip captioner/1", "clip captioner/2", "image painter/1")));
            restartImage();
            assertThat(text(states.next().getModel())).isEqualTo("image painter/1");
        });
        context.cancel(null);
    }

    private void restartImage() {
        try {
            gateway.fleet().killImage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        gateway.fleet().restartImage();
    }

    private LoadModelResponse load(String name, String version) {
        return stub().loadModel(request(name, version));
    }

    private static LoadModelRequest request(String name, String version) {
        return LoadModelRequest.newBuilder()
                .setModel(ModelRef.newBuilder().setName(name).setVersion(version))
                .build();
    }

    private ModelServiceBlockingStub stub() {
        return ModelServiceGrpc.newBlockingStub(gateway.channel());
    }

    private static String text(ModelStatus model) {
        return "%s %s/%s"
                .formatted(
                        model.getService(),
                        model.getModel().getName(),
                        model.getModel().getVersion());
    }

    private static StatusRuntimeException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }
}
