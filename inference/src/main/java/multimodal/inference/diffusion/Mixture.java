package multimodal.inference.diffusion;

import multimodal.inference.tensor.Tensor;

/** Weighted sums, each product rounded to float32 before they are added, as torch does. */
final class Mixture {

    private Mixture() {}

    /** √ᾱ of {@code original} and √(1−ᾱ) of {@code noise}, both of one shape. */
    static Tensor noised(float alpha, Tensor original, Tensor noise) {
        return of((float) Math.sqrt(alpha), original, (float) Math.sqrt(1 - alpha), noise);
    }

    /** {@code weight * one + otherWeight * other}, both of one shape. */
    static Tensor of(float weight, Tensor one, float otherWeight, Tensor other) {
        float[] sum = new float[one.floats().length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = weight * one.floats()[i] + otherWeight * other.floats()[i];
        }
        return Tensor.of(one.shape(), sum);
    }
}
