package multimodal.inference.diffusion;

/**
 * ᾱ of every training timestep, in the float32 arithmetic of torch (cumulative products are kept in float64 there), so
 * that it equals {@code alphas_cumprod} of diffusers.
 */
final class AlphaSchedule {

    private static final double MAX_BETA = 0.999;
    private static final float SMALLEST_ALPHA = 0x1p-24f;

    private AlphaSchedule() {}

    static float[] cumulativeAlphas(NoiseSchedulerOptions options) {
        float[] betas = betas(options);
        return cumulativeAlphas(options.rescaleBetasZeroSnr() ? rescaleToZeroSnr(betas) : betas);
    }

    /** ᾱ after the steps of such {@code betas}. */
    static float[] cumulativeAlphas(float[] betas) {
        return cumulativeProduct(alphas(betas));
    }

    /**
     * The noise beside one part of signal, √((1−ᾱ)/ᾱ), of every training timestep. Where the last one is pure noise, its
     * ᾱ is taken for 2⁻²⁴, as diffusers does, and its σ is 4,096 instead of infinite.
     */
    static float[] sigmas(NoiseSchedulerOptions options) {
        float[] alphas = cumulativeAlphas(options);
        if (options.rescaleBetasZeroSnr()) {
            alphas[alphas.length - 1] = SMALLEST_ALPHA;
        }
        float[] sigmas = new float[alphas.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = (float) Math.sqrt((1 - alphas[i]) / alphas[i]);
        }
        return sigmas;
    }

    private static float[] betas(NoiseSchedulerOptions options) {
        int count = options.trainTimesteps();
        return switch (options.betaSchedule()) {
            case LINEAR -> linspace((float) options.betaStart(), (float) options.betaEnd(), count);
            case SCALED_LINEAR ->
                squares(linspace((float) Math.sqrt(options.betaStart()), (float) Math.sqrt(options.betaEnd()), count));
            case SQUAREDCOS_CAP_V2 -> cosineBetas(count);
        };
    }

    /** {@code torch.linspace}: from both ends to the middle, multiplied and added without rounding between. */
    private static float[] linspace(float start, float end, int count) {
        float[] values = new float[count];
        float step = count == 1 ? 0 : (end - start) / (count - 1);
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 ? Math.fma(step, i, start) : Math.fma(-step, count - 1 - i, end);
        }
        if (count == 1) {
            values[0] = start;
        }
        return values;
    }

    private static float[] squares(float[] values) {
        float[] squares = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            squares[i] = values[i] * values[i];
        }
        return squares;
    }

    /** β of {@link BetaSchedule#SQUAREDCOS_CAP_V2} over {@code count} timesteps. */
    static float[] cosineBetas(int count) {
        float[] betas = new float[count];
        for (int i = 0; i < count; i++) {
            double ratio = cosineAlpha((i + 1) / (double) count) / cosineAlpha(i / (double) count);
            betas[i] = (float) Math.min(1 - ratio, MAX_BETA);
        }
        return betas;
    }

    private static double cosineAlpha(double time) {
        double cosine = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /** Lin et al. 2023, algorithm 1: shifts and scales √ᾱ so that the last one is 0 and the first one stays. */
    private static float[] rescaleToZeroSnr(float[] betas) {
        float[] roots = cumulativeAlphas(betas);
        for (int i = 0; i < roots.length; i++) {
            roots[i] = (float) Math.sqrt(roots[i]);
        }
        float first = roots[0];
        float last = roots[roots.length - 1];
        float scale = first / (first - last);
        float[] rescaled = new float[betas.length];
        float before = 1;
        for (int i = 0; i < roots.length; i++) {
            float root = (roots[i] - last) * scale;
            float cumulative = root * root;
            rescaled[i] = 1 - cumulative / before;
            before = cumulative;
        }
        return rescaled;
    }

    private static float[] alphas(float[] betas) {
        float[] alphas = new float[betas.length];
        for (int i = 0; i < betas.length; i++) {
            alphas[i] = 1 - betas[i];
        }
        return alphas;
    }

    private static float[] cumulativeProduct(float[] factors) {
        float[] products = new float[factors.length];
        double product = 1;
        for (int i = 0; i < factors.length; i++) {
            product *= factors[i];
            products[i] = (float) product;
        }
        return products;
    }
}
