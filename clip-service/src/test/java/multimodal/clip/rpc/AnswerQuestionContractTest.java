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
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.clip.v1.AnswerQuestionResponse;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.Language;
import multimodal.common.v1.ModelRef;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ContractProfile.class)
class AnswerQuestionContractTest extends TextStreamContract<AnswerQuestionRequest, AnswerQuestionResponse> {

    @Override
    MethodDescriptor<AnswerQuestionRequest, AnswerQuestionResponse> method() {
        return VisionLanguageServiceGrpc.getAnswerQuestionMethod();
    }

    @Override
    AnswerQuestionRequest soundRequest() {
        return AnswerQuestionRequest.newBuilder()
                .setImage(soundImage())
                .setQuestion("what colour is it?")
                .build();
    }

    @Override
    AnswerQuestionRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.questions();
    }

    @Test
    void tokensComeFirstAndTheResultLast() {
        List<AnswerQuestionResponse> responses = call(soundRequest());

        Answer result = responses.get(responses.size() - 1).getResult();
        List<AnswerQuestionResponse> tokens = responses.subList(0, responses.size() - 1);
        assertThat(tokens).hasSize(result.getTokenCount()).allMatch(AnswerQuestionResponse::hasToken);
        assertThat(tokens.stream()
                        .map(response -> response.getToken().getText())
                        .collect(Collectors.joining()))
                .isEqualTo(result.getAnswer())
                .isEqualTo(TinyModels.ANSWER.strip());
        assertThat(result.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_END);
        assertThat(result.getLanguage()).isEqualTo(Language.LANGUAGE_ENGLISH);
        assertThat(result.getConfidence()).isBetween(0.0, 1.0);
        assertThat(result.getUnknown()).isFalse();
        assertThat(result.getInfo().getModel().getName()).isEqualTo("tiny-vqa");
    }

    @Test
    void whatTheModelDoesNotKnowIsSaidSo() {
        List<AnswerQuestionResponse> responses =
                call(soundRequest().toBuilder().setQuestion("who painted it?").build());

        assertThat(responses.get(responses.size() - 1).getResult().getUnknown()).isTrue();
    }

    @Test
    void callThatWaitsForItsModelIsToldSoFirst() {
        models.pretendToLoad();

        List<AnswerQuestionResponse> responses = call(soundRequest());

        assertThat(responses.get(0).getLoading().getModel().getName()).isEqualTo("tiny-vqa");
        assertThat(responses.subList(1, responses.size())).noneMatch(AnswerQuestionResponse::hasLoading);
    }

    @Test
    void everyFaultIsToldAtOnce() {
        assertInvalid(AnswerQuestionRequest.getDefaultInstance(), "image.data", "question");
        for (byte[] file : List.of(TestPictures.truncatedPng(), TestPictures.bomb(), TestPictures.textFile())) {
            AnswerQuestionRequest request = AnswerQuestionRequest.newBuilder()
                    .setImage(image(file))
                    .setQuestion("a".repeat(10_001))
                    .build();
            assertInvalid(request, "image.data", "question");
        }
    }

    @Test
    void languageThatTheModelDoesNotSpeakIsRefused() {
        AnswerQuestionRequest request =
                soundRequest().toBuilder().setQuestion("这是什么颜色？").build();

        assertThat(assertInvalid(request, "question").getStatus().getDescription())
                .isEqualTo("question: in zh (expected: in a language that the model speaks: en)");
    }

    @Test
    void longQuestionLosesItsEndAndIsTold() {
        AnswerQuestionRequest request = soundRequest().toBuilder()
                .setQuestion("what is the colour of this and of that?")
                .build();

        List<AnswerQuestionResponse> responses = call(request);

        assertThat(responses
                        .get(responses.size() - 1)
                        .getResult()
                        .getInfo()
                        .getCutTexts(0)
                        .getField())
                .isEqualTo("question");
    }
}
