package multimodal.clip.rpc;

import multimodal.clip.pipeline.Answer;
import multimodal.clip.pipeline.TextEvent;
import multimodal.clip.pipeline.TextEvent.MadeText;
import multimodal.clip.v1.AnswerQuestionResponse;
import multimodal.clip.v1.CaptionImageResponse;
import multimodal.clip.v1.ContinueTextResponse;
import multimodal.clip.v1.TextAlternative;
import multimodal.clip.v1.TextResult;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.Token;
import multimodal.inference.repository.ModelId;
import multimodal.inference.rpc.ModelMessages;

/** Events of texts as messages. */
final class TextResponses {

    private TextResponses() {}

    static CaptionImageResponse captionLoading(ModelId model) {
        return CaptionImageResponse.newBuilder()
                .setLoading(ModelMessages.loading(model))
                .build();
    }

    static AnswerQuestionResponse answerLoading(ModelId model) {
        return AnswerQuestionResponse.newBuilder()
                .setLoading(ModelMessages.loading(model))
                .build();
    }

    static ContinueTextResponse continuationLoading(ModelId model) {
        return ContinueTextResponse.newBuilder()
                .setLoading(ModelMessages.loading(model))
                .build();
    }

    static CaptionImageResponse caption(TextEvent event, Call call) {
        CaptionImageResponse.Builder response = CaptionImageResponse.newBuilder();
        if (event instanceof TextEvent.Token token) {
            response.setToken(token(token));
        } else if (event instanceof TextEvent.Result result) {
            response.setResult(result(result, call));
        }
        return response.build();
    }

    static ContinueTextResponse continuation(TextEvent event, Call call) {
        ContinueTextResponse.Builder response = ContinueTextResponse.newBuilder();
        if (event instanceof TextEvent.Token token) {
            response.setToken(token(token)).setSequence(token.sequence());
        } else if (event instanceof TextEvent.Result result) {
            response.setResult(result(result, call));
        }
        return response.build();
    }

    static AnswerQuestionResponse answerToken(TextEvent.Token token) {
        return AnswerQuestionResponse.newBuilder().setToken(token(token)).build();
    }

    static AnswerQuestionResponse answer(Answer answer, Call call) {
        return AnswerQuestionResponse.newBuilder()
                .setResult(multimodal.clip.v1.Answer.newBuilder()
                        .setAnswer(answer.text())
                        .setConfidence(answer.confidence())
                        .setUnknown(answer.isUnknown())
                        .setLanguage(Languages.of(answer.language()))
                        .setFinishReason(finishReason(answer.finishReason()))
                        .setTokenCount(answer.tokenCount())
                        .setInfo(Infos.render(answer.info(), call)))
                .build();
    }

    private static Token token(TextEvent.Token token) {
        return Token.newBuilder()
                .setText(token.text())
                .setId((int) token.id())
                .setLogProbability(token.logProbability())
                .build();
    }

    private static TextResult result(TextEvent.Result result, Call call) {
        MadeText first = result.first();
        return TextResult.newBuilder()
                .setText(first.text())
                .setFinishReason(finishReason(first.finishReason()))
                .setTokenCount(first.tokenCount())
                .setLogProbability(first.logProbability())
                .addAllAlternatives(result.texts().stream()
                        .skip(1)
                        .map(TextResponses::alternative)
                        .toList())
                .setInfo(Infos.render(result.info(), call))
                .build();
    }

    private static TextAlternative alternative(MadeText made) {
        return TextAlternative.newBuilder()
                .setText(made.text())
                .setFinishReason(finishReason(made.finishReason()))
                .setTokenCount(made.tokenCount())
                .setLogProbability(made.logProbability())
                .build();
    }

    private static FinishReason finishReason(multimodal.inference.decoding.FinishReason reason) {
        return switch (reason) {
            case END -> FinishReason.FINISH_REASON_END;
            case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
            case STOP_TEXT -> FinishReason.FINISH_REASON_STOP_TEXT;
        };
    }
}
