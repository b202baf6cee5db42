package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.image;
import static multimodal.clip.rpc.ContractRequests.soundImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.stream.Collectors;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.testing.TinyModels;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.CaptionImageResponse;
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
class CaptionImageContractTest extends TextStreamContract<CaptionImageRequest, CaptionImageResponse> {

    @Override
    MethodDescriptor<CaptionImageRequest, CaptionImageResponse> method() {
        return VisionLanguageServiceGrpc.getCaptionImageMethod();
    }

    @Override
    CaptionImageRequest soundRequest() {
        return CaptionImageRequest.newBuilder().setImage(soundImage()).build();
    }

    @Override
    CaptionImageRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.caption();
    }

    @Test
    void tokensComeFirstAndTheResultLast() {
        List<CaptionImageResponse> responses = call(soundRequest());

        TextResult result = responses.get(responses.size() - 1).getResult();
        List<CaptionImageResponse> tokens = responses.subList(0, responses.size() - 1);
        assertThat(tokens).hasSize(result.getTokenCount()).allMatch(CaptionImageResponse::hasToken);
        assertThat(tokens.stream()
                        .map(response -> response.getToken().getText())
                        .collect(Collectors.joining()))
                .isEqualTo(result.getText())
                .isEqualTo(TinyModels.CAPTION.strip());
        assertThat(result.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_END);
    }

    @Test
    void callThatWaitsForItsModelIsToldSoFirst() {
        models.pretendToLoad();

        List<CaptionImageResponse> responses = call(soundRequest());

        assertThat(responses.get(0).getLoading().getModel().getName()).isEqualTo("tiny-caption");
        assertThat(responses.subList(1, responses.size())).noneMatch(CaptionImageResponse::hasLoading);
    }

    @Test
    void sampledCaptionTellsItsSeed() {
        DecodingOptions sampled = DecodingOptions.newBuilder()
                .setSampled(SampledDecoding.newBuilder().setSeed(-5))
                .build();

        List<CaptionImageResponse> responses =
                call(soundRequest().toBuilder().setDecoding(sampled).build());

        assertThat(responses.get(responses.size() - 1).getResult().getInfo().getSeed())
                .isEqualTo(-5);
    }

    @Test
    void unreadableAndMissingPicturesAreRefused() {
        assertInvalid(CaptionImageRequest.getDefaultInstance(), "image.data");
        for (byte[] file : List.of(TestPictures.truncatedPng(), TestPictures.bomb(), TestPictures.textFile())) {
            assertInvalid(CaptionImageRequest.newBuilder().setImage(image(file)).build(), "image.data");
        }
    }

    @Test
    void everyFaultIsToldAtOnce() {
        DecodingOptions decoding = DecodingOptions.newBuilder()
                .setMaxTokens(1000)
                .setRepetitionPenalty(Float.NaN)
                .setSampled(SampledDecoding.newBuilder()
                        .setTemperature(0)
                        .setTopK(-1)
                        .setTopP(1.5f))
                .addStopTexts("")
                .build();
        CaptionImageRequest request = CaptionImageRequest.newBuilder()
                .setImage(image(TestPictures.truncatedPng()))
                .setLanguageValue(9)
                .setDecoding(decoding)
                .build();

        assertInvalid(
                request,
                "image.data",
                "language",
                "decoding.max_tokens",
                "decoding.repetition_penalty",
                "decoding.sampled.temperature",
                "decoding.sampled.top_k",
                "decoding.sampled.top_p",
                "decoding.stop_texts[0]");
    }

    @Test
    void beamsOutOfRangeAreRefused() {
        DecodingOptions beams = DecodingOptions.newBuilder()
                .setBeam(BeamDecoding.newBuilder().setBeamCount(9).setLengthPenalty(Float.POSITIVE_INFINITY))
                .build();

        assertInvalid(
                soundRequest().toBuilder().setDecoding(beams).build(),
                "decoding.beam.beam_count",
                "decoding.beam.length_penalty");
    }
}
