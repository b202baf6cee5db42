package multimodal.clip.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.stream.Collectors;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.ContinueTextResponse;
import multimodal.clip.v1.TextAlternative;
import multimodal.clip.v1.TextResult;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.BeamDecoding;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.SampledDecoding;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ContractProfile.class)
class ContinueTextContractTest extends TextStreamContract<ContinueTextRequest, ContinueTextResponse> {

    @Override
    MethodDescriptor<ContinueTextRequest, ContinueTextResponse> method() {
        return VisionLanguageServiceGrpc.getContinueTextMethod();
    }

    @Override
    ContinueTextRequest soundRequest() {
        return ContinueTextRequest.newBuilder().setPrompt("once").build();
    }

    @Override
    ContinueTextRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.text();
    }

    @Test
    void callThatWaitsForItsModelIsToldSoFirst() {
        models.pretendToLoad();

        List<ContinueTextResponse> responses = call(soundRequest());

        assertThat(responses.get(0).getLoading().getModel().getName()).isEqualTo("tiny-text");
        assertThat(responses.subList(1, responses.size())).noneMatch(ContinueTextResponse::hasLoading);
    }

    @Test
    void tokensComeFirstAndTheResultLast() {
        List<ContinueTextResponse> responses = call(soundRequest());

        assertThat(result(responses).getText()).isEqualTo(TinyModels.STORY);
        assertThat(responses.subList(0, responses.size() - 1)).allMatch(ContinueTextResponse::hasToken);
    }

    @Test
    void longPromptLosesItsBeginningAndIsTold() {
        ContinueTextRequest request = ContinueTextRequest.newBuilder()
                .setPrompt("once upon a time there lived a cat in a castle")
                .build();

        assertThat(result(call(request)).getInfo().getCutTexts(0).getField()).isEqualTo("prompt");
    }

    @Test
    void stopTextEndsTheText() {
        DecodingOptions decoding =
                DecodingOptions.newBuilder().addStopTexts("sat").build();

        TextResult result =
                result(call(soundRequest().toBuilder().setDecoding(decoding).build()));

        assertThat(result.getText()).isEqualTo(" 猫 ");
        assertThat(result.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP_TEXT);
    }

    @Test
    void severalTextsComeInOneStream() {
        ContinueTextRequest request = soundRequest().toBuilder()
                .setSequenceCount(3)
                .setDecoding(DecodingOptions.newBuilder()
                        .setMinTokens(4)
                        .setMaxTokens(9)
                        .setSampled(
                                SampledDecoding.newBuilder().setTemperature(2).setSeed(3)))
                .build();

        List<ContinueTextResponse> responses = call(request);

        TextResult result = result(responses);
        assertThat(result.getAlternativesList()).hasSize(2).allSatisfy(other -> {
            assertThat(other.getTokenCount()).isBetween(4, 9);
            assertThat(other.getLogProbability()).isNegative();
        });
        assertThat(result.getLogProbability()).isNegative();
        List<TextAlternative> others = result.getAlternativesList();
        assertThat(textOf(responses, 0)).isEqualTo(result.getText());
        assertThat(textOf(responses, 1)).isEqualTo(others.get(0).getText());
        assertThat(textOf(responses, 2)).isEqualTo(others.get(1).getText());
    }

    private static String textOf(List<ContinueTextResponse> responses, int sequence) {
        return responses.stream()
                .filter(response -> response.hasToken() && response.getSequence() == sequence)
                .map(response -> response.getToken().getText())
                .collect(Collectors.joining());
    }

    @Test
    void moreTextsThanTheDecodingCanMakeAreRefused() {
        BeamDecoding beams = BeamDecoding.newBuilder().setBeamCount(2).build();
        SampledDecoding sampled = SampledDecoding.getDefaultInstance();
        assertInvalid(soundRequest().toBuilder().setSequenceCount(2).build(), "sequence_count");
        for (DecodingOptions decoding : List.of(
                DecodingOptions.newBuilder().setBeam(beams).build(),
                DecodingOptions.newBuilder().setSampled(sampled).build())) {
            for (int count : List.of(0, 9)) {
                ContinueTextRequest request = soundRequest().toBuilder()
                        .setSequenceCount(count)
                        .setDecoding(decoding)
                        .build();
                assertInvalid(request, "sequence_count");
            }
        }
    }

    @Test
    void fewestTokensAboveTheMostAreRefused() {
        DecodingOptions decoding =
                DecodingOptions.newBuilder().setMaxTokens(5).setMinTokens(6).build();

        assertThat(assertInvalid(
                                soundRequest().toBuilder().setDecoding(decoding).build(), "decoding.min_tokens")
                        .getStatus()
                        .getDescription())
                .isEqualTo("decoding.min_tokens: 6 (expected: 0 to 5)");
    }

    @Test
    void emptyAndHugePromptsAreRefused() {
        assertInvalid(ContinueTextRequest.getDefaultInstance(), "prompt");
        assertThat(assertInvalid(
                                ContinueTextRequest.newBuilder()
                                        .setPrompt("a".repeat(100_000))
                                        .build(),
                                "prompt")
                        .getStatus()
                        .getDescription())
                .isEqualTo("prompt: 100000 characters (expected: 1 to 10000 characters, not only blanks)");
    }

    @Test
    void tokenLimitNamesTheModelsOwn() {
        ContinueTextRequest request = soundRequest().toBuilder()
                .setDecoding(DecodingOptions.newBuilder().setMaxTokens(0))
                .build();

        assertThat(assertInvalid(request, "decoding.max_tokens").getStatus().getDescription())
                .isEqualTo("decoding.max_tokens: 0 (expected: 1 to 30)");
    }

    private static TextResult result(List<ContinueTextResponse> responses) {
        return responses.get(responses.size() - 1).getResult();
    }
}
