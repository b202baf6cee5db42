package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.image;
import static multimodal.clip.rpc.ContractRequests.soundImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.MethodDescriptor;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.LabelScore;
import multimodal.common.v1.Language;
import multimodal.common.v1.ModelRef;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ContractProfile.class)
class ClassifyContractTest extends RpcContract<ClassifyRequest, ClassifyResponse> {

    @Override
    MethodDescriptor<ClassifyRequest, ClassifyResponse> method() {
        return ClipServiceGrpc.getClassifyMethod();
    }

    @Override
    ClassifyRequest soundRequest() {
        return request(List.of("cat", "dog", "castle"));
    }

    @Override
    ClassifyRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.clip();
    }

    @Test
    void scoresComeLikeliestFirstAndAddUpToOne() {
        List<LabelScore> scores = call(soundRequest()).get(0).getScoresList();

        assertThat(scores).extracting(LabelScore::getLabel).containsExactlyInAnyOrder("cat", "dog", "castle");
        assertThat(scores.get(0).getProbability())
                .isGreaterThanOrEqualTo(scores.get(2).getProbability());
        assertThat(scores.stream().mapToDouble(LabelScore::getProbability).sum())
                .isCloseTo(1, within(1e-5));
        assertThat(scores).allSatisfy(score -> assertThat(score.getLabel())
                .isEqualTo(soundRequest().getLabels(score.getIndex())));
    }

    @Test
    void thousandLabelsAreAnswered() {
        List<String> labels =
                IntStream.range(0, 1000).mapToObj(number -> "label " + number).toList();

        assertThat(call(request(labels)).get(0).getScoresList()).hasSize(1000);
    }

    @Test
    void noLabelsAndTooManyLabelsAreRefused() {
        assertThat(assertInvalid(request(List.of()), "labels").getStatus().getDescription())
                .isEqualTo("labels: 0 items (expected: 1 to 1000)");
        assertThat(assertInvalid(request(Collections.nCopies(10_000, "cat")), "labels")
                        .getStatus()
                        .getDescription())
                .isEqualTo("labels: 10000 items (expected: 1 to 1000)");
    }

    @Test
    void everyFaultIsToldAtOnce() {
        ClassifyRequest request = ClassifyRequest.newBuilder()
                .setImage(image(TestPictures.truncatedPng()))
                .addAllLabels(List.of("cat", "", "cat", "x".repeat(201)))
                .addAllTemplates(List.of("no place", "{} and {}", "a {}"))
                .build();

        assertInvalid(request, "image.data", "labels[1]", "labels[2]", "labels[3]", "templates[0]", "templates[1]");
    }

    @Test
    void missingImageAndUnknownLanguageAreRefused() {
        ClassifyRequest request = ClassifyRequest.newBuilder()
                .addLabels("cat")
                .setLanguageValue(77)
                .build();

        assertInvalid(request, "image.data", "language");
    }

    @Test
    void ownTemplatesAndChineseLabelsAreAnswered() {
        ClassifyRequest own =
                soundRequest().toBuilder().addTemplates("look: {}").build();
        ClassifyRequest chinese = request(List.of("猫", "狗")).toBuilder()
                .setLanguage(Language.LANGUAGE_CHINESE)
                .build();

        assertThat(call(own).get(0).getScoresList()).hasSize(3);
        assertThat(call(chinese).get(0).getScoresList()).hasSize(2);
    }

    private static ClassifyRequest request(List<String> labels) {
        return ClassifyRequest.newBuilder()
                .setImage(soundImage())
                .addAllLabels(labels)
                .build();
    }
}
