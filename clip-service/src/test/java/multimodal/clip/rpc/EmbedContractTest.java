package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.picture;
import static multimodal.clip.rpc.ContractRequests.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Collections;
import java.util.List;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Content;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.EmbedResponse;
import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ContractProfile.class)
class EmbedContractTest extends RpcContract<EmbedRequest, EmbedResponse> {

    private static final int HUGE = 300 << 20;

    @Override
    MethodDescriptor<EmbedRequest, EmbedResponse> method() {
        return ClipServiceGrpc.getEmbedMethod();
    }

    @Override
    EmbedRequest soundRequest() {
        return request(text("a cat"), picture(TestPictures.png(8, 8, 0x336699)), text("一只猫"));
    }

    @Override
    EmbedRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.clip();
    }

    @Test
    void everyInputGetsAnEmbeddingOfLengthOne() {
        EmbedResponse response = call(soundRequest()).get(0);

        assertThat(response.getEmbeddingsList()).hasSize(3).allSatisfy(embedding -> assertThat(norm(embedding))
                .isCloseTo(1, within(1e-5)));
        assertThat(response.getInfo().getModel().getName()).isEqualTo("tiny-clip");
        assertThat(response.getInfo().getEngine()).isEqualTo("fake");
        assertThat(response.getInfo().hasSeed()).isFalse();
    }

    @Test
    void longTextIsCutAndTold() {
        EmbedResponse response =
                call(request(text("a cat on a mat on a mat on a red mat"))).get(0);

        assertThat(response.getInfo().getCutTexts(0).getField()).isEqualTo("inputs[0].text");
        assertThat(response.getInfo().getCutTexts(0).getDroppedWordsList()).isNotEmpty();
    }

    @Test
    void noInputAndTooManyInputsAreRefused() {
        assertThat(assertInvalid(request(), "inputs").getStatus().getDescription())
                .isEqualTo("inputs: 0 items (expected: 1 to 256)");
        assertInvalid(
                EmbedRequest.newBuilder()
                        .addAllInputs(Collections.nCopies(257, text("a")))
                        .build(),
                "inputs");
    }

    @Test
    void everyFaultIsToldAtOnce() {
        EmbedRequest request = request(
                text(" "),
                text("a".repeat(100_000)),
                picture(TestPictures.truncatedPng()),
                picture(TestPictures.bomb()),
                picture(TestPictures.textFile()),
                picture(new byte[0]),
                Content.getDefaultInstance());

        assertInvalid(
                request,
                "inputs[0].text",
                "inputs[1].text",
                "inputs[2].image.data",
                "inputs[3].image.data",
                "inputs[4].image.data",
                "inputs[5].image.data",
                "inputs[6]");
    }

    @Test
    void unreadablePicturesAreToldThoughTheirFirstBytesAreSound() {
        EmbedRequest request = request(text("a"), picture(TestPictures.truncatedPng()), picture(TestPictures.bomb()));

        assertThat(assertInvalid(request, "inputs[1].image.data", "inputs[2].image.data")
                        .getStatus()
                        .getDescription())
                .contains("60000x60000");
    }

    @Test
    void mediaTypeThatContradictsTheBytesIsRefused() {
        Image lying = ContractRequests.soundImage().toBuilder()
                .setMediaType("image/jpeg")
                .build();

        assertInvalid(request(Content.newBuilder().setImage(lying).build()), "inputs[0].image.media_type");
    }

    @Test
    void messageOfThreeHundredMebibytesIsRefused() {
        assertThat(failureOf(new byte[HUGE]).getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    private static EmbedRequest request(Content... inputs) {
        return EmbedRequest.newBuilder().addAllInputs(List.of(inputs)).build();
    }

    private static double norm(Embedding embedding) {
        return Math.sqrt(embedding.getValuesList().stream()
                .mapToDouble(value -> (double) value * value)
                .sum());
    }
}
